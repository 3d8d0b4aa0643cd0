namespace AttentionGen;

/// <summary>The optional inputs and outputs of one attention call. <c>default</c> means: full lengths, no log-sum-exp, all cores.</summary>
public readonly ref struct AttentionArguments
{
    /// <summary><c>[batch]</c>: how many keys of each sequence are real (padding by key lengths). Empty: all of them. Keys past it are never read.</summary>
    public ReadOnlySpan<int> KeyLengths { get; init; }

    /// <summary>
    /// <c>[batch, heads, queryLength]</c>: receives the natural log of the sum of exponentials of each row's scores
    /// (negative infinity for a fully masked row). Empty: not wanted.
    /// </summary>
    public Span<float> LogSumExp { get; init; }

    /// <summary><c>[queryLength]</c> or <c>[batch, queryLength]</c>: positions for rotary encodings. Empty: 0, 1, 2, ... after alignment.</summary>
    public ReadOnlySpan<int> QueryPositions { get; init; }

    /// <summary><c>[keyLength]</c> or <c>[batch, keyLength]</c>: positions for rotary encodings. Empty: 0, 1, 2, ...</summary>
    public ReadOnlySpan<int> KeyPositions { get; init; }

    /// <summary>Which (query, key) pairs may attend; <c>default</c>: all. Combined with the declared mask and the key lengths.</summary>
    public KeepMask Keep { get; init; }

    /// <summary>Which (query, key) pairs are hidden; <c>default</c>: none. Combined with the declared mask and the key lengths.</summary>
    public DropMask Drop { get; init; }

    /// <summary>What is added to the scaled scores before the softmax; <c>default</c>: nothing.</summary>
    public ScoreBias Bias { get; init; }

    /// <summary>Threads to use at most; 0 means all cores. The result has the same bits for every value.</summary>
    public int MaxThreads { get; init; }

    /// <summary>The instruction set to use; <see cref="SimdTier.Best"/> (the default) means the widest this machine has.</summary>
    public SimdTier Tier { get; init; }
}
