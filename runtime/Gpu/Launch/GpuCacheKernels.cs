using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>The kernels of one declared attention over a cache on the device.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuCacheKernels
{
    /// <summary>Stores the keys and values of a tile of new tokens of one KV head.</summary>
    public required GpuKernel Append { get; init; }

    /// <summary>Attends with a tile of queries of one head.</summary>
    public required GpuKernel Attend { get; init; }

    /// <summary>Attends with the query heads of a KV head to one part of its keys, for a new token of each sequence; null: any number of tokens takes <see cref="Attend"/>.</summary>
    public GpuKernel? DecodeOne { get; init; }

    /// <summary>As <see cref="DecodeOne"/>, for several new tokens.</summary>
    public GpuKernel? DecodeFew { get; init; }

    /// <summary>Merges the parts of one row.</summary>
    public GpuKernel? Merge { get; init; }

    /// <summary>Vectors of four floats that a part leaves of one row.</summary>
    public int PartVectors { get; init; }
}
