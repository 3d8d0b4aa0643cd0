using System.Globalization;
using System.Text.RegularExpressions;

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>Loads, stores and asynchronous copies of inline PTX, under the same checks as views are.</summary>
internal sealed partial class PtxMemory(PtxWarp warp, GroupRun group)
{
    /// <summary>ILGPU's name of a group's dynamic shared memory.</summary>
    public const string DynamicShared = "__dyn_shared_alloca";

    /// <summary>Its address: on 16 bytes, as promised, and on no more.</summary>
    public const ulong SharedBase = 0x410;

    private const int CopyBytes = 16;

    private readonly Dictionary<GroupThread, Copies> _copies = [];

    public static PtxType SharedAddress { get; } = new('u', 32);

    private static PtxType GlobalAddress { get; } = new('u', 64);

    /// <summary>Runs an instruction; false: it is none of these.</summary>
    public bool Run(PtxInstruction instruction, uint lanes)
    {
        string[] operands = instruction.Operands;
        switch (instruction.Name)
        {
            case "st.global.b32" or "st.global.f32":
                Store(operands, new PtxType(instruction.Name[^3], 32), lanes);
                return true;
            case "ld.global.b32" or "ld.global.f32":
                Load(operands, new PtxType(instruction.Name[^3], 32), lanes);
                return true;
            case "cp.async.cg.shared.global":
                Copy(operands, lanes);
                return true;
            case "cp.async.commit_group":
                Each(lanes, static copies => copies.Commit());
                return true;
            case "cp.async.wait_group":
                int left = int.Parse(operands[0], CultureInfo.InvariantCulture);
                Each(lanes, copies => copies.Wait(left));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The addresses of an operand such as <c>[name+16]</c>.</summary>
    public ulong[] Addresses(string operand, PtxType type, uint lanes)
    {
        Match match = Address().Match(operand);
        if (!match.Success)
        {
            throw new DeviceFault(FaultKind.Instruction, $"'{operand}' is no address.");
        }

        long offset = match.Groups["offset"] is { Success: true } given ? long.Parse(given.Value, CultureInfo.InvariantCulture) : 0;
        return [.. warp.Read(match.Groups["base"].Value, type, lanes).Select(address => address + (ulong)offset)];
    }

    /// <summary>Reads shared memory for a thread.</summary>
    public T ReadShared<T>(ulong address, GroupThread thread)
        where T : unmanaged => group.Dynamic.Read<T>(SharedOffset(address), thread);

    private static long SharedOffset(ulong address) => (long)(uint)address - (long)SharedBase;

    private void Store(string[] operands, PtxType type, uint lanes)
    {
        ulong[] addresses = Addresses(operands[0], GlobalAddress, lanes), values = warp.Read(operands[1], type, lanes);
        foreach (int lane in PtxWarp.Each(lanes))
        {
            (DeviceMemory memory, long offset) = DeviceAddresses.Find(addresses[lane]);
            memory.Write(offset, (uint)values[lane], warp.Thread(lane));
        }
    }

    private void Load(string[] operands, PtxType type, uint lanes)
    {
        ulong[] addresses = Addresses(operands[1], GlobalAddress, lanes), target = warp.Write(operands[0], type, lanes);
        foreach (int lane in PtxWarp.Each(lanes))
        {
            (DeviceMemory memory, long offset) = DeviceAddresses.Find(addresses[lane]);
            target[lane] = memory.Read<uint>(offset, warp.Thread(lane));
        }
    }

    // [shared], [global], 16 and, if fewer are to be read and the rest filled with zeros, how many bytes.
    private void Copy(string[] operands, uint lanes)
    {
        if (operands.Length is not (3 or 4) || operands[2] != "16")
        {
            throw new DeviceFault(FaultKind.Instruction, "expected [shared], [global], 16 and maybe a number of bytes.");
        }

        ulong[] targets = Addresses(operands[0], SharedAddress, lanes), sources = Addresses(operands[1], GlobalAddress, lanes);
        ulong[]? sizes = operands.Length == 4 ? warp.Read(operands[3], new PtxType('u', 32), lanes) : null;
        foreach (int lane in PtxWarp.Each(lanes))
        {
            ulong size = sizes?[lane] ?? CopyBytes;
            UInt128 bytes = 0;
            if (size == CopyBytes)
            {
                (DeviceMemory memory, long offset) = DeviceAddresses.Find(sources[lane]);
                bytes = memory.Read<UInt128>(offset, warp.Thread(lane));
            }
            else if (size != 0)
            {
                throw new DeviceFault(FaultKind.Instruction, $"expected 0 or {CopyBytes} bytes, not {size}.");
            }

            long target = SharedOffset(targets[lane]);
            group.Dynamic.BeginCopy(target, CopyBytes, warp.Thread(lane));
            Of(lane).Add(target, bytes);
        }
    }

    private void Each(uint lanes, Action<Copies> act)
    {
        foreach (int lane in PtxWarp.Each(lanes))
        {
            act(Of(lane));
        }
    }

    private Copies Of(int lane)
    {
        GroupThread thread = warp.Thread(lane);
        if (!_copies.TryGetValue(thread, out Copies? copies))
        {
            _copies[thread] = copies = new Copies(group.Dynamic, thread);
        }

        return copies;
    }

    [GeneratedRegex(@"^\[(?<base>[%\w]+)(\+(?<offset>\d+))?\]$")]
    private static partial Regex Address();

    /// <summary>A thread's copies under way, in the groups that it committed: what they bring is there when it has waited for it, and not before.</summary>
    private sealed class Copies(DeviceMemory target, GroupThread thread)
    {
        private readonly Queue<List<(long Offset, UInt128 Bytes)>> _committed = [];
        private List<(long Offset, UInt128 Bytes)> _open = [];

        public void Add(long offset, UInt128 bytes) => _open.Add((offset, bytes));

        public void Commit()
        {
            _committed.Enqueue(_open);
            _open = [];
        }

        public void Wait(int left)
        {
            while (_committed.Count > left)
            {
                foreach ((long offset, UInt128 bytes) in _committed.Dequeue())
                {
                    target.EndCopy(offset, bytes, thread);
                }
            }
        }
    }
}
