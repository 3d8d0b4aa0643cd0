namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>A type of a register or an instruction: bits, signed, unsigned, float or predicate, and its size.</summary>
internal readonly record struct PtxType(char Kind, int Bits)
{
    public static PtxType Predicate { get; } = new('p', 1);

    public static PtxType Parse(string name) => name switch
    {
        "pred" => Predicate,
        "b16" or "b32" or "b64" or "s32" or "s64" or "u32" or "u64" or "f32" => new PtxType(name[0], int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new DeviceFault(FaultKind.Instruction, $"the type '{name}' is not known."),
    };

    /// <summary>Whether an instruction of this type takes a register of another (PTX ISA, operand type checking).</summary>
    public bool Takes(PtxType register) =>
        Bits == register.Bits && (Kind == register.Kind || (Kind != 'p' && register.Kind != 'p' && (Kind == 'b' || register.Kind == 'b' || (Kind != 'f' && register.Kind != 'f'))));
}
