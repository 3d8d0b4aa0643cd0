namespace AttentionGen.Kernels;

/// <summary>What calls ask of a cache before they change it, wherever its memory is. See <see cref="IKvCache"/>.</summary>
internal interface ICacheLengths
{
    KvShape Shape { get; }

    int Window { get; }

    int Sinks { get; }

    int MostNewTokens { get; }

    int Length(int sequence);
}

/// <summary>Those of a cache in the host's memory.</summary>
internal readonly struct HostCacheLengths(IKvCache cache) : ICacheLengths
{
    private readonly IKvCache cache = cache ?? throw new ArgumentNullException(nameof(cache));

    public KvShape Shape => cache.Shape;

    public int Window => cache.Window;

    public int Sinks => cache.Sinks;

    public int MostNewTokens => cache.MostNewTokens;

    public int Length(int sequence) => cache.Length(sequence);
}
