using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The code of a kernel that reads caches.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct CacheTiers
{
    /// <summary>Attends to keys and values of a tensor or a cache.</summary>
    public KernelTiers Attend { get; init; }

    /// <summary>Stores the keys and values of new tokens; an item is a KV head.</summary>
    public KernelTiers Append { get; init; }

    /// <summary>Attends with a few tokens to a cache where it stands; absent where <see cref="KernelDescription.DecodeSplit"/> is 0.</summary>
    public KernelTiers Decode { get; init; }
}

/// <summary>What a call over a cache is for.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum CacheUse
{
    /// <summary>Keys and values are stored; nothing attends.</summary>
    Append,

    /// <summary>Any number of new tokens attends.</summary>
    Prefill,

    /// <summary>1 to <see cref="CacheChecks.MostDecodeTokens"/> new tokens attend.</summary>
    Decode,
}
