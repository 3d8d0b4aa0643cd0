namespace AttentionGen;

/// <summary>The optional inputs and outputs of one attention call. <c>default</c> means: full lengths, no log-sum-exp, all cores.</summary>
public readonly ref struct AttentionArguments
{
    /// <summary><c>[batch]</c>: how many keys of each sequence are real (padding by key lengths). Empty: all of them. Keys past it are never read.</summary>
    public ReadOnlySpan<int> KeyLengths { get; init; }

    /// <summary>
    /// <c>[sequences + 1]</c>: sequences of different lengths laid end to end, without padding. Sequence s is queries <c>[s]</c> to <c>[s + 1] - 1</c> of tensors whose batch
    /// is 1 and whose length is the last element. Indices, positions and alignment start anew in each sequence, and none sees another. Empty: one length for all.
    /// </summary>
    public ReadOnlySpan<int> CumulativeLengths { get; init; }

    /// <summary><c>[sequences + 1]</c>: the same for keys and values, where they are not as many as the queries. Empty: as <see cref="CumulativeLengths"/>.</summary>
    public ReadOnlySpan<int> CumulativeKeyLengths { get; init; }

    /// <summary>
    /// <c>[batch, heads, queryLength]</c>: receives the natural log of the sum of exponentials of each row's scores
    /// (negative infinity for a fully masked row). Empty: not wanted.
    /// </summary>
    public Span<float> LogSumExp { get; init; }

    /// <summary>
    /// <c>[queryLength]</c> or <c>[batch, queryLength]</c>: positions for rotary encodings; for mrope <c>[queryLength]</c>, <c>[axes, queryLength]</c> or
    /// <c>[batch, axes, queryLength]</c>. Empty: 0, 1, 2, ... after alignment, on all axes.
    /// </summary>
    public ReadOnlySpan<int> QueryPositions { get; init; }

    /// <summary><c>[keyLength]</c> or <c>[batch, keyLength]</c>: positions for rotary encodings, with axes as for the queries. Empty: 0, 1, 2, ...</summary>
    public ReadOnlySpan<int> KeyPositions { get; init; }

    /// <summary>Which (query, key) pairs may attend; <c>default</c>: all. Combined with the declared mask and the key lengths.</summary>
    public KeepMask Keep { get; init; }

    /// <summary>Which (query, key) pairs are hidden; <c>default</c>: none. Combined with the declared mask and the key lengths.</summary>
    public DropMask Drop { get; init; }

    /// <summary>What is added to the scaled scores before the softmax; <c>default</c>: nothing.</summary>
    public ScoreBias Bias { get; init; }

    /// <summary>Which pairs may attend, in blocks: empty blocks cost nothing. Combined with every other mask; null: all.</summary>
    public BlockMask? Blocks { get; init; }

    /// <summary>relative: <c>[2 * MaxRelativePosition + 1, headDim]</c>, the key vector of each distance j - i from the lowest. A layer has its own.</summary>
    public ReadOnlySpan<float> RelativeKeys { get; init; }

    /// <summary>relative with Values: <c>[2 * MaxRelativePosition + 1, valueDim]</c>, the value vector of each distance. A layer has its own.</summary>
    public ReadOnlySpan<float> RelativeValues { get; init; }

    /// <summary>t5: <c>[heads, Buckets]</c>, what is added to scaled scores. A layer has its own.</summary>
    public ReadOnlySpan<float> BucketBias { get; init; }

    /// <summary>LearnedSinks: <c>[heads]</c>, natural-log units. Empty: those declared. A layer has its own.</summary>
    public ReadOnlySpan<float> SinkLogits { get; init; }

    /// <summary>QkNorm = Rms: <c>[headDim]</c>, the gain of normalised queries. Empty: 1. A layer has its own.</summary>
    public ReadOnlySpan<float> QueryGain { get; init; }

    /// <summary>QkNorm = Rms: <c>[headDim]</c>, the gain of normalised keys. Empty: 1. A layer has its own.</summary>
    public ReadOnlySpan<float> KeyGain { get; init; }

    /// <summary>crossmemory: <c>[batch, heads, queryLength, valueDim]</c>, the local features that are mixed in. A layer uses its input.</summary>
    public ReadOnlyTensorView LocalFeatures { get; init; }

    /// <summary>The seed of this call's dropout; null: nothing is dropped (inference).</summary>
    public long? DropoutSeed { get; init; }

    /// <summary>Threads to use at most; 0 means all cores. The result has the same bits for every value.</summary>
    public int MaxThreads { get; init; }

    /// <summary>The instruction set to use; <see cref="SimdTier.Best"/> (the default) means the widest this machine has.</summary>
    public SimdTier Tier { get; init; }
}
