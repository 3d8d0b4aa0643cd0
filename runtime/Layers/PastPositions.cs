namespace AttentionGen.Kernels;

/// <summary>How many positions of each sequence stand before those of a call: none, as many as a state has read, or as many as a cache holds.</summary>
internal readonly ref struct PastPositions
{
    private readonly int common;
    private readonly ReadOnlySpan<int> sequences;

    /// <summary>Equally many in all sequences.</summary>
    public PastPositions(int common) => this.common = common;

    /// <summary>Those of a cache, whose sequences were checked.</summary>
    public PastPositions(IKvCache cache, ReadOnlySpan<int> sequences)
    {
        Cache = cache;
        this.sequences = sequences;
    }

    /// <summary>Where they are; null: there are equally many in all sequences.</summary>
    public IKvCache? Cache { get; }

    /// <summary>Those of one of the call's sequences.</summary>
    public int this[int sequence] => Cache is null ? common : Cache.Length(sequences[sequence]);

    /// <summary>The cache's number of one of the call's sequences.</summary>
    public int Number(int sequence) => sequences[sequence];
}
