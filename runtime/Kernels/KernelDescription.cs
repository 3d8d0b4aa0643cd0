using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The compile-time facts of one declared attention, for the checks and the launch that all kernels share.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class KernelDescription
{
    /// <summary>The declared class, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>The argument of a layer's calls that queries are projected from, for messages; null: queries are passed as they are.</summary>
    public string? QuerySource { get; init; }

    /// <summary>The argument of a layer's calls that keys and values are projected from, for messages; null: they are passed as they are.</summary>
    public string? KeySource { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Features of a query or key head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Features of a value head.</summary>
    public required int ValueDim { get; init; }

    /// <summary>The most query positions, or 0.</summary>
    public int MaxLength { get; init; }

    /// <summary>The most key positions, or 0.</summary>
    public int MaxKeyLength { get; init; }

    /// <summary>The declared alignment.</summary>
    public CausalAlignment Alignment { get; init; }

    /// <summary>Whether the visible keys depend on the query's index, so that unequal lengths need a declared alignment.</summary>
    public bool NeedsAlignment { get; init; }

    /// <summary>
    /// Softmaxes that are added: with several there is no log-sum-exp, and the output can't stand where the queries do.
    /// With none there are no scores either: run-time masks and biases have nothing to act on, and a work item takes all queries of its heads.
    /// </summary>
    public int Softmaxes { get; init; } = 1;

    /// <summary>performer's random features, or null.</summary>
    public FeatureDraw? Features { get; init; }

    /// <summary>Features of a key/value head's state, where a causal kernel can go on from one; 0: it can't.</summary>
    public int StateFeatures { get; init; }

    /// <summary>Whether a state also holds a running maximum of each feature.</summary>
    public bool HasFeatureMaxima { get; init; }

    /// <summary>Query rows of one register tile.</summary>
    public required int TileRows { get; init; }

    /// <summary>The most query rows of one head in one work item.</summary>
    public required int MaxChunkRows { get; init; }

    /// <summary>Bytes of workspace per thread.</summary>
    public required int WorkspaceBytes { get; init; }

    /// <summary>The rotation table, when queries and keys are rotated.</summary>
    public RotaryTable? Rotary { get; init; }

    /// <summary>The rotation table of keys, where it is not that of the queries.</summary>
    public RotaryTable? KeyRotary { get; init; }

    /// <summary>The rotation table of calls whose positions go past <see cref="OriginalLength"/> (longrope); null: there is only one.</summary>
    public RotaryTable? LongRotary { get; init; }

    /// <summary>Positions up to which <see cref="Rotary"/> is used, where there is a <see cref="LongRotary"/>.</summary>
    public int OriginalLength { get; init; }

    /// <summary>Axes of rotary positions.</summary>
    public int PositionAxes { get; init; } = 1;

    /// <summary>Distances that have vectors of their own (Shaw et al. 2018), or 0.</summary>
    public int RelativeDistances { get; init; }

    /// <summary>Whether distances have value vectors too.</summary>
    public bool HasRelativeValues { get; init; }

    /// <summary>T5's buckets of distance, or null.</summary>
    public DistanceBuckets? Buckets { get; init; }

    /// <summary>Whether the bias of buckets is <c>[buckets, heads]</c>, as T5 keeps its weight; otherwise <c>[heads, buckets]</c>.</summary>
    public bool IsBucketFirst { get; init; }

    /// <summary>Whether the output is mixed with local features.</summary>
    public bool NeedsLocalFeatures { get; init; }

    /// <summary>alibi's slopes per head, natural-log units, or null.</summary>
    public float[]? Slopes { get; init; }

    /// <summary>Features of the gains of normalised queries and keys; 0: there are no gains.</summary>
    public int Gains { get; init; }

    /// <summary>The logits that join the softmax when a call gives none, one per query head; null: none join.</summary>
    public float[]? SinkLogits { get; init; }

    /// <summary>The probability of dropout in calls that give a seed.</summary>
    public double Dropout { get; init; }

    /// <summary>The caches that the kernel reads, or null: it reads none.</summary>
    public KvShape? CacheShape { get; init; }

    /// <summary>The most tokens of a cached sequence; 0: open.</summary>
    public int CacheCapacity { get; init; }

    /// <summary>How many keys before a query it may see, leading ones aside; <see cref="int.MaxValue"/>: all.</summary>
    public int CacheReach { get; init; } = int.MaxValue;

    /// <summary>Leading keys that every query may see.</summary>
    public int CacheSinks { get; init; }

    /// <summary>Tokens of one part of a short call over a cache; 0: there is no kernel of its own for short calls.</summary>
    public int DecodeSplit { get; init; }

    /// <summary>Floats that one part of one query row leaves: outputs, sums, a maximum.</summary>
    public int DecodeRowFloats { get; init; }

    /// <summary>Gains of 1, for calls that give none.</summary>
    internal float[] UnitGain => field ??= Ones(Gains);

    /// <summary>The caller's name of the argument that a tensor is, or is projected from.</summary>
    internal string Argument(string tensor) => (tensor == "query" ? QuerySource : KeySource) ?? tensor;

    private static float[] Ones(int count)
    {
        float[] ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }
}
