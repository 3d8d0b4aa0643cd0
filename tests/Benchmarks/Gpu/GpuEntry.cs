using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>The entry point over device tensors that every kernel host on the GPU has.</summary>
public delegate void GpuForward(GpuAttentionContext context, DeviceTensorView query, DeviceTensorView key, DeviceTensorView value, DeviceTensorView output, in AttentionArguments arguments, in GpuArguments device);

/// <summary>The entry point over 16-bit tensors of one that asks for such a precision.</summary>
public delegate void GpuForward16(GpuAttentionContext context, DeviceTensorView16 query, DeviceTensorView16 key, DeviceTensorView16 value, DeviceTensorView16 output, in AttentionArguments arguments, in GpuArguments device);

/// <summary>One declaration on both targets.</summary>
/// <param name="Name">The host's class name.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="HeadDim">Features of a query and key head.</param>
/// <param name="ValueDim">Features of a value head.</param>
/// <param name="Cpu">The kernel that the other is held to.</param>
/// <param name="Device">The kernel on the GPU; null: <see cref="Device16"/> is.</param>
/// <param name="Select">The implementation that a device runs.</param>
public sealed record GpuEntry(string Name, int Heads, int KvHeads, int HeadDim, int ValueDim, AttentionForward Cpu, GpuForward? Device, Func<GpuAttentionContext, GpuSelection> Select)
{
    /// <summary>The kernel over 16-bit tensors, which then is what runs.</summary>
    public GpuForward16? Device16 { get; init; }

    /// <summary>What the tensors on the device are of.</summary>
    public GpuPrecision Precision { get; init; }

    /// <summary>How far an output element may be from the CPU's, for unit normal inputs: 2^x on a device is off by two units in the last place.</summary>
    public double Tolerance { get; init; } = 2e-5;

    /// <summary>What PyTorch calls the elements that the kernel multiplies.</summary>
    public string TorchType { get; init; } = "float32";

    /// <summary>Whether later keys are hidden; for timed kernels.</summary>
    public bool IsCausal { get; init; }
}

/// <summary>The kernels declared for the GPU.</summary>
public static class GpuKernelList
{
    private static readonly float[] RelativeKeys = Draw(17 * 32, 31), RelativeValues = Draw(17 * 32, 32), BucketBias = Draw(2 * 32, 33);

    /// <summary>Kernels that are timed.</summary>
    public static IReadOnlyList<GpuEntry> Timed { get; } =
    [
        new(nameof(GpuStandard64), 32, 32, 64, 64, GpuStandard64.Forward, GpuStandard64.Forward, GpuStandard64.SelectGpuKernel),
        new(nameof(GpuCausal64), 32, 32, 64, 64, GpuCausal64.Forward, GpuCausal64.Forward, GpuCausal64.SelectGpuKernel) { IsCausal = true },
        new(nameof(GpuStandard128), 16, 16, 128, 128, GpuStandard128.Forward, GpuStandard128.Forward, GpuStandard128.SelectGpuKernel),
        new(nameof(GpuCausal128), 16, 16, 128, 128, GpuCausal128.Forward, GpuCausal128.Forward, GpuCausal128.SelectGpuKernel) { IsCausal = true },
        BFloat(nameof(GpuBFloat64), 32, 64, GpuBFloat64.Forward, GpuBFloat64.Forward, GpuBFloat64.SelectGpuKernel),
        BFloat(nameof(GpuBFloatCausal64), 32, 64, GpuBFloatCausal64.Forward, GpuBFloatCausal64.Forward, GpuBFloatCausal64.SelectGpuKernel) with { IsCausal = true },
        BFloat(nameof(GpuBFloat128), 16, 128, GpuBFloat128.Forward, GpuBFloat128.Forward, GpuBFloat128.SelectGpuKernel),
        BFloat(nameof(GpuBFloatCausal128), 16, 128, GpuBFloatCausal128.Forward, GpuBFloatCausal128.Forward, GpuBFloatCausal128.SelectGpuKernel) with { IsCausal = true },
    ];

    /// <summary>Every kernel: what is timed, and one of each way through a kernel.</summary>
    public static IReadOnlyList<GpuEntry> All { get; } =
    [
        .. Timed,
        new(nameof(GpuLocalRope), 4, 2, 64, 64, GpuLocalRope.Forward, GpuLocalRope.Forward, GpuLocalRope.SelectGpuKernel),
        new(nameof(GpuAlibiOdd), 2, 2, 42, 70, GpuAlibiOdd.Forward, GpuAlibiOdd.Forward, GpuAlibiOdd.SelectGpuKernel),
        new(nameof(GpuStrided), 2, 2, 32, 32, GpuStrided.Forward, GpuStrided.Forward, GpuStrided.SelectGpuKernel),
        new(nameof(GpuDifferential), 2, 2, 64, 64, GpuDifferential.Forward, GpuDifferential.Forward, GpuDifferential.SelectGpuKernel),
        new(nameof(GpuCapped), 2, 2, 64, 64, GpuCapped.Forward, GpuCapped.Forward, GpuCapped.SelectGpuKernel),
        new(nameof(GpuRelative), 2, 2, 32, 32,
            static (query, key, value, output, in arguments) => GpuRelative.Forward(query, key, value, output, arguments with { RelativeKeys = RelativeKeys, RelativeValues = RelativeValues }),
            static (context, query, key, value, output, in arguments, in device) => GpuRelative.Forward(context, query, key, value, output, arguments with { RelativeKeys = RelativeKeys, RelativeValues = RelativeValues }, device),
            GpuRelative.SelectGpuKernel),
        new(nameof(GpuT5), 2, 2, 32, 32,
            static (query, key, value, output, in arguments) => GpuT5.Forward(query, key, value, output, arguments with { BucketBias = BucketBias }),
            static (context, query, key, value, output, in arguments, in device) => GpuT5.Forward(context, query, key, value, output, arguments with { BucketBias = BucketBias }, device),
            GpuT5.SelectGpuKernel),
        new(nameof(GpuCausal256), 2, 1, 256, 256, GpuCausal256.Forward, GpuCausal256.Forward, GpuCausal256.SelectGpuKernel),
        BFloat(nameof(GpuBFloatCausal256), 2, 256, GpuBFloatCausal256.Forward, GpuBFloatCausal256.Forward, GpuBFloatCausal256.SelectGpuKernel) with { KvHeads = 1 },
        BFloat(nameof(GpuBFloat96), 2, 96, GpuBFloat96.Forward, GpuBFloat96.Forward, GpuBFloat96.SelectGpuKernel),
        new(nameof(GpuHalfLocalRope), 4, 2, 64, 64, GpuHalfLocalRope.Forward, null, GpuHalfLocalRope.SelectGpuKernel) { Device16 = GpuHalfLocalRope.Forward, Precision = GpuPrecision.Half, Tolerance = 0.01 },
    ];

    // A weight and an output are each rounded by at most 2^-9 of themselves; values of unit normal draws stay below 6.
    private static GpuEntry BFloat(string name, int heads, int dim, AttentionForward cpu, GpuForward16 device, Func<GpuAttentionContext, GpuSelection> select) =>
        new(name, heads, heads, dim, dim, cpu, null, select) { Device16 = device, Precision = GpuPrecision.BFloat16, Tolerance = 2 * 6 / 512.0, TorchType = "bfloat16" };

    private static float[] Draw(int count, int seed)
    {
        float[] values = new float[count];
        NormalDraw.Fill(values, seed);
        return values;
    }
}
