using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>The optional inputs of one call.</summary>
public sealed record CallInputs
{
    public static CallInputs None { get; } = new();

    public int[]? KeyLengths { get; init; }

    public int[]? QueryPositions { get; init; }

    public int[]? KeyPositions { get; init; }

    public Broadcast<bool>? Keep { get; init; }

    public Broadcast<bool>? Drop { get; init; }

    public Broadcast<float>? Bias { get; init; }

    public float[]? QueryGain { get; init; }

    public float[]? KeyGain { get; init; }

    public float[]? SinkLogits { get; init; }

    public long? DropoutSeed { get; init; }

    /// <summary>A mask that the kernel is given as blocks.</summary>
    public Broadcast<bool>? Blocks { get; init; }

    public override string ToString()
    {
        string[] present =
        [
            KeyLengths is null ? "" : $"keyLengths [{string.Join(' ', KeyLengths)}]",
            QueryPositions is null ? "" : $"queryPositions[{QueryPositions.Length}]",
            KeyPositions is null ? "" : $"keyPositions[{KeyPositions.Length}]",
            Keep is null ? "" : $"keep [{Keep.Batch} {Keep.Heads} {Keep.Queries} {Keep.Keys}]",
            Blocks is null ? "" : $"blocks [{Blocks.Batch} {Blocks.Heads} {Blocks.Queries} {Blocks.Keys}]",
            Drop is null ? "" : $"drop [{Drop.Batch} {Drop.Heads} {Drop.Queries} {Drop.Keys}]",
            QueryGain is null ? "" : "queryGain",
            KeyGain is null ? "" : "keyGain",
            SinkLogits is null ? "" : $"sinkLogits [{string.Join(' ', SinkLogits)}]",
            DropoutSeed is null ? "" : $"dropoutSeed {DropoutSeed}",
            Bias is null ? "" : $"bias [{Bias.Batch} {Bias.Heads} {Bias.Queries} {Bias.Keys}]",
        ];
        return string.Join(", ", present.Where(text => text.Length > 0));
    }
}
