using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>One warp as inline PTX sees it: all its lanes carry out a text together, instruction by instruction.</summary>
internal sealed partial class PtxWarp
{
    private const int Lanes = GroupRun.WarpSize;

    private readonly PtxRegisters _registers = new();
    private readonly PtxMemory _memory;
    private readonly PtxMatrix _matrix;
    private PtxType[] _argumentTypes = [];
    private GroupThread[] _threads = [];

    public PtxWarp(GroupRun group)
    {
        _memory = new PtxMemory(this, group);
        _matrix = new PtxMatrix(this, _memory);
    }

    /// <summary>Carries out a text for the lanes of the warp.</summary>
    public void Run(PtxProgram program, ReadOnlySpan<GroupThread> lanes, PtxType[] argumentTypes)
    {
        if (lanes.Length != Lanes)
        {
            throw new DeviceFault(FaultKind.Divergence, $"inline PTX needs whole warps, and this one has {lanes.Length} lanes.");
        }

        (_threads, _argumentTypes) = (lanes.ToArray(), argumentTypes);
        for (int n = 0; n < program.Instructions.Count; n++)
        {
            PtxInstruction instruction = program.Instructions[n];
            try
            {
                if (instruction.Name == "bra.uni")
                {
                    n = Branches(instruction) ? program.Place(instruction.Operands[0]) - 1 : n;
                    continue;
                }

                Run(instruction);
            }
            catch (DeviceFault fault)
            {
                throw new DeviceFault(fault.Kind, $"{instruction}: {fault.Message}");
            }
        }
    }

    /// <summary>The thread of a lane.</summary>
    public GroupThread Thread(int lane) => _threads[lane];

    /// <summary>The values of an operand in all lanes.</summary>
    public ulong[] Read(string operand, PtxType type, uint lanes)
    {
        if (operand.StartsWith('%'))
        {
            int n = int.Parse(operand[1..], CultureInfo.InvariantCulture);
            return n < _argumentTypes.Length && type.Takes(_argumentTypes[n])
                ? [.. _threads.Select(thread => thread.Arguments[n])]
                : throw new DeviceFault(FaultKind.Instruction, $"the argument {operand} is not of type {type}.");
        }

        ulong? value = operand == PtxMemory.DynamicShared ? PtxMemory.SharedBase : Immediate(operand, type);
        return value is { } same ? [.. Enumerable.Repeat(same, Lanes)] : _registers.Read(operand, type, lanes);
    }

    /// <summary>The values of a register that is written in some lanes.</summary>
    public ulong[] Write(string operand, PtxType type, uint lanes) => _registers.Write(operand, type, lanes);

    /// <summary>The lanes of a mask.</summary>
    public static IEnumerable<int> Each(uint lanes)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            yield return BitOperations.TrailingZeroCount(lanes);
        }
    }

    private void Run(PtxInstruction instruction)
    {
        if (instruction.Name == ".reg")
        {
            _registers.Declare(instruction);
            return;
        }

        uint lanes = Guarded(instruction);
        if (PtxScalar.Find(instruction.Name) is { } operation)
        {
            Compute(instruction, operation, lanes);
        }
        else if (instruction.Name == "shfl.sync.bfly.b32")
        {
            Shuffle(instruction, lanes);
        }
        else if (instruction.Name == "redux.sync.or.b32")
        {
            Reduce(instruction, lanes);
        }
        else if (instruction.Name == "vote.sync.any.pred")
        {
            Vote(instruction, lanes);
        }
        else if (!_memory.Run(instruction, lanes) && !_matrix.Run(instruction, lanes))
        {
            throw new DeviceFault(FaultKind.Instruction, "this is not among the instructions that the executor knows.");
        }
    }

    private bool Branches(PtxInstruction branch) => Guarded(branch) switch
    {
        uint.MaxValue => true,
        0 => false,
        _ => throw new DeviceFault(FaultKind.Divergence, "some lanes branch and others do not."),
    };

    // redux.sync.or.b32 d, a, members: all lanes take part.
    private void Reduce(PtxInstruction instruction, uint lanes)
    {
        if (lanes != uint.MaxValue || instruction.Operands.Length != 3 || instruction.Operands[2] != "-1")
        {
            throw new DeviceFault(FaultKind.Instruction, "expected d, a, -1 in all lanes.");
        }

        ulong all = Read(instruction.Operands[1], new PtxType('b', 32), lanes).Aggregate(static (a, b) => a | b);
        Write(instruction.Operands[0], new PtxType('b', 32), lanes).AsSpan().Fill(all);
    }

    // vote.sync.any.pred d, a, members: all lanes take part.
    private void Vote(PtxInstruction instruction, uint lanes)
    {
        if (lanes != uint.MaxValue || instruction.Operands.Length != 3 || instruction.Operands[2] != "-1")
        {
            throw new DeviceFault(FaultKind.Instruction, "expected d, a, -1 in all lanes.");
        }

        ulong any = Read(instruction.Operands[1], PtxType.Predicate, lanes).Any(static vote => vote != 0) ? 1u : 0u;
        Write(instruction.Operands[0], PtxType.Predicate, lanes).AsSpan().Fill(any);
    }

    private uint Guarded(PtxInstruction instruction)
    {
        if (instruction.Guard is not { } guard)
        {
            return uint.MaxValue;
        }

        ulong[] values = _registers.Read(guard, PtxType.Predicate, uint.MaxValue);
        uint lanes = 0;
        for (int lane = 0; lane < Lanes; lane++)
        {
            lanes |= (values[lane] != 0) != instruction.IsNegated ? 1u << lane : 0u;
        }

        return lanes;
    }

    private void Compute(PtxInstruction instruction, PtxScalar.Operation operation, uint lanes)
    {
        if (instruction.Operands.Length != operation.Operands.Length + 1)
        {
            throw new DeviceFault(FaultKind.Instruction, $"expected {operation.Operands.Length + 1} operands.");
        }

        ulong[][] inputs = [.. operation.Operands.Select((type, n) => Read(instruction.Operands[n + 1], type, lanes))];
        ulong[] target = Write(instruction.Operands[0], operation.Result, lanes);
        foreach (int lane in Each(lanes))
        {
            target[lane] = operation.Compute(inputs[0][lane], inputs.Length > 1 ? inputs[1][lane] : 0, inputs.Length > 2 ? inputs[2][lane] : 0);
        }
    }

    // shfl.sync.bfly.b32 d, a, mask, 31, members: all lanes take part.
    private void Shuffle(PtxInstruction instruction, uint lanes)
    {
        string[] operands = instruction.Operands;
        if (lanes != uint.MaxValue || operands.Length != 5 || operands[3] != "31" || operands[4] != "-1")
        {
            throw new DeviceFault(FaultKind.Instruction, "expected d, a, mask, 31, -1 in all lanes.");
        }

        ulong[] from = [.. Read(operands[1], new PtxType('b', 32), lanes)];
        ulong[] mask = Read(operands[2], new PtxType('u', 32), lanes);
        ulong[] target = Write(operands[0], new PtxType('b', 32), lanes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            target[lane] = from[lane ^ ((int)mask[lane] & (Lanes - 1))];
        }
    }

    private ulong? Immediate(string operand, PtxType type)
    {
        Match hex = FloatBits().Match(operand);
        if (hex.Success)
        {
            return type.Kind is 'f' or 'b' && type.Bits == 32
                ? ulong.Parse(hex.Groups["bits"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : throw new DeviceFault(FaultKind.Instruction, $"'{operand}' is a float, and the instruction takes {type}.");
        }

        if (!long.TryParse(operand, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return null;
        }

        return type.Kind is 'f' or 'p'
            ? throw new DeviceFault(FaultKind.Instruction, $"'{operand}' is a whole number, and the instruction takes {type}.")
            : type.Bits == 64 ? (ulong)whole : (uint)whole;
    }

    [GeneratedRegex("^0f(?<bits>[0-9A-Fa-f]{8})$")]
    private static partial Regex FloatBits();
}
