using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Calls over a cache on the device, as every kernel host with <c>[KvCache]</c> on the GPU has them.</summary>
public delegate void GpuCachedCall(DeviceTensorView query, DeviceTensorView key, DeviceTensorView value, DeviceTensorView output, GpuKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, in GpuArguments device);

/// <summary>Stores new tokens in a cache on the device.</summary>
public delegate void GpuStore(DeviceTensorView key, DeviceTensorView value, GpuKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, in GpuArguments device);

/// <summary>Calls over a cache on the host.</summary>
public delegate void CachedCall(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, IKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments);

/// <summary>One declaration with a cache, on both targets.</summary>
/// <param name="Name">The host's class name.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="Shape">The host's caches.</param>
/// <param name="Cpu">The host's Prefill, which the other is held to.</param>
/// <param name="Device">Prefill on the device, which decodes few tokens.</param>
/// <param name="Store">Append on the device.</param>
public sealed record GpuCacheEntry(string Name, int Heads, KvShape Shape, CachedCall Cpu, GpuCachedCall Device, GpuStore Store)
{
    /// <summary>Whether keys are rotated on their way to the cache.</summary>
    public bool IsRotated { get; init; }

    /// <summary>How far an output element may be from the CPU's: as without a cache, but for rotated keys of 16 bits, which the two may round to different sides.</summary>
    public double Tolerance => Shape.Precision != KvPrecision.Single && IsRotated ? 5e-3 : 2e-5;

    /// <summary>What PyTorch calls the elements that are read.</summary>
    public string TorchType => Shape.Precision switch { KvPrecision.Half => "float16", KvPrecision.BFloat16 => "bfloat16", _ => "float32" };

    /// <summary>The declarations.</summary>
    public static IReadOnlyList<GpuCacheEntry> All { get; } =
    [
        new(nameof(GpuDecode128), 32, GpuDecode128.CacheShape, GpuDecode128.Prefill, GpuDecode128.Prefill, GpuDecode128.Append) { IsRotated = true },
        new(nameof(GpuDecodeBFloat128), 32, GpuDecodeBFloat128.CacheShape, GpuDecodeBFloat128.Prefill, GpuDecodeBFloat128.Prefill, GpuDecodeBFloat128.Append) { IsRotated = true },
        new(nameof(GpuDecodeHalf64), 16, GpuDecodeHalf64.CacheShape, GpuDecodeHalf64.Prefill, GpuDecodeHalf64.Prefill, GpuDecodeHalf64.Append),
        new(nameof(GpuDecodeLocal64), 4, GpuDecodeLocal64.CacheShape, GpuDecodeLocal64.Prefill, GpuDecodeLocal64.Prefill, GpuDecodeLocal64.Append) { IsRotated = true },
    ];
}
