using System.Globalization;
using System.Text.RegularExpressions;

namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>The named registers of one warp: for each the values of all lanes, and which of them were ever written.</summary>
internal sealed partial class PtxRegisters
{
    private readonly Dictionary<string, Register> _registers = new(StringComparer.Ordinal);

    /// <summary>Declares what <c>.reg .f32 a, b&lt;4&gt;</c> does.</summary>
    public void Declare(PtxInstruction declaration)
    {
        Match first = FirstOperand().Match(declaration.Operands.FirstOrDefault() ?? "");
        if (declaration.Name != ".reg" || !first.Success)
        {
            throw new DeviceFault(FaultKind.Instruction, $"'{declaration}' declares nothing.");
        }

        PtxType type = PtxType.Parse(first.Groups["type"].Value);
        foreach (string name in declaration.Operands.Skip(1).Prepend(first.Groups["name"].Value))
        {
            Match several = Several().Match(name);
            int count = several.Success ? int.Parse(several.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;
            foreach (string each in several.Success ? Enumerable.Range(0, count).Select(n => several.Groups["name"].Value + n) : [name])
            {
                if (!_registers.TryAdd(each, new Register(type)))
                {
                    throw new DeviceFault(FaultKind.Instruction, $"the register {each} is declared twice.");
                }
            }
        }
    }

    /// <summary>The values of a register that is read.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">What the instruction takes.</param>
    /// <param name="lanes">The lanes that run.</param>
    public ulong[] Read(string name, PtxType type, uint lanes)
    {
        Register register = Find(name, type);
        return (register.Written & lanes) == lanes
            ? register.Values
            : throw new DeviceFault(FaultKind.Uninitialised, $"the register {name} is read before it is written.");
    }

    /// <summary>The values of a register that is about to be written in some lanes.</summary>
    public ulong[] Write(string name, PtxType type, uint lanes)
    {
        Register register = Find(name, type);
        register.Written |= lanes;
        return register.Values;
    }

    public bool IsDeclared(string name) => _registers.ContainsKey(name);

    private Register Find(string name, PtxType type)
    {
        Register register = _registers.GetValueOrDefault(name) ?? throw new DeviceFault(FaultKind.Instruction, $"the register {name} is not declared.");
        return type.Takes(register.Type) ? register : throw new DeviceFault(FaultKind.Instruction, $"the register {name} is of type {register.Type}, and the instruction takes {type}.");
    }

    [GeneratedRegex(@"^\.(?<type>\w+)\s+(?<name>\w+(<\d+>)?)$")]
    private static partial Regex FirstOperand();

    [GeneratedRegex(@"^(?<name>\w+)<(?<count>\d+)>$")]
    private static partial Regex Several();

    private sealed class Register(PtxType type)
    {
        public PtxType Type { get; } = type;

        public ulong[] Values { get; } = new ulong[GroupRun.WarpSize];

        public uint Written { get; set; }
    }
}
