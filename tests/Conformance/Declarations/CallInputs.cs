using AttentionGen.Conformance.Cases;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>The optional inputs of one call.</summary>
public sealed record CallInputs
{
    public static CallInputs None { get; } = new();

    public int[]? KeyLengths { get; init; }

    /// <summary>Where each of several sequences laid end to end begins, and the end; null: there is one length.</summary>
    public int[]? CumulativeLengths { get; init; }

    public int[]? CumulativeKeyLengths { get; init; }

    public int[]? QueryPositions { get; init; }

    public int[]? KeyPositions { get; init; }

    public Broadcast<bool>? Keep { get; init; }

    public Broadcast<bool>? Drop { get; init; }

    public Broadcast<float>? Bias { get; init; }

    public float[]? RelativeKeys { get; init; }

    public float[]? RelativeValues { get; init; }

    public float[]? BucketBias { get; init; }

    /// <summary>Contiguous <c>[batch, heads, queryLength, valueDim]</c>; a call lays them out as its other inputs.</summary>
    public float[]? LocalFeatures { get; init; }

    public float[]? QueryGain { get; init; }

    public float[]? KeyGain { get; init; }

    public float[]? SinkLogits { get; init; }

    public long? DropoutSeed { get; init; }

    /// <summary>A mask that the kernel is given as blocks.</summary>
    public Broadcast<bool>? Blocks { get; init; }

    /// <summary>What the declaration can't do without.</summary>
    public static CallInputs Required(Declaration declaration, AttentionSizes sizes, Random random)
    {
        Parameters? relative = declaration.Find("relative"), t5 = declaration.Find("t5");
        int distances = (2 * relative?.Int("MaxRelativePosition", 32) ?? 0) + 1;
        return new CallInputs
        {
            RelativeKeys = relative is null ? null : random.Normal(distances * sizes.HeadDim),
            RelativeValues = relative is null || relative.Int("Values", 1) == 0 ? null : random.Normal(distances * sizes.ValueDim),
            BucketBias = t5 is null ? null : random.Normal(sizes.Heads * t5.Int("Buckets", 32), 2),
            LocalFeatures = declaration.Type == "crossmemory" ? random.Normal(sizes.OutputCount) : null,
        };
    }

    public override string ToString()
    {
        string[] present =
        [
            KeyLengths is null ? "" : $"keyLengths [{string.Join(' ', KeyLengths)}]",
            CumulativeLengths is null ? "" : $"cumulativeLengths [{string.Join(' ', CumulativeLengths)}]",
            CumulativeKeyLengths is null ? "" : $"cumulativeKeyLengths [{string.Join(' ', CumulativeKeyLengths)}]",
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
