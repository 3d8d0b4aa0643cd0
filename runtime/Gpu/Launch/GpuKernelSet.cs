using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>The implementations of one declared attention, best first: a call runs the first that its device can.</summary>
/// <param name="kernels">The implementations.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuKernelSet(params GpuKernel[] kernels)
{
    /// <summary>What is multiplied, where the device has tensor cores.</summary>
    public GpuPrecision Precision { get; init; }

    /// <summary>The kernel on tensor cores, or null.</summary>
    public TensorKernel? Tensor { get; init; }

    /// <summary>Why there is none though <see cref="Precision"/> asks for one.</summary>
    public string TensorObstacle { get; init; } = "";

    /// <summary>The implementation that a device runs when a call has no masks, bias or dropout.</summary>
    /// <exception cref="NotSupportedException">The device runs none of them.</exception>
    public GpuSelection Select(GpuAttentionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Precision != GpuPrecision.Single && TensorRefusal(context, default) is null)
        {
            return TensorSelection(context);
        }

        (GpuKernel kernel, string reason) = Choose(context, default);
        return new GpuSelection(kernel.Implementation, reason);
    }

    internal GpuSelection TensorSelection(GpuAttentionContext context) =>
        new($"tensor cores, {Precision}", $"the declaration asks for {Precision}, and {context.Device.Name} has tensor cores of compute capability {context.Capability.Major}.{context.Capability.Minor}");

    /// <summary>Why a device can't run a call on tensor cores, or null.</summary>
    internal string? TensorRefusal(GpuAttentionContext context, in AttentionArguments arguments) =>
        Tensor is null ? $"can't run this declaration: {TensorObstacle}" : Tensor.Refusal(context, arguments);

    /// <summary>The FP32 kernel that a device runs, and why.</summary>
    internal (GpuKernel Kernel, string Reason) Choose(GpuAttentionContext context, in AttentionArguments arguments)
    {
        List<string> refusals = Precision == GpuPrecision.Single ? [] : [$"tensor cores {TensorRefusal(context, arguments)}"];
        foreach (GpuKernel kernel in kernels)
        {
            if (Refusal(kernel, context) is not { } refusal)
            {
                return (kernel, refusals.Count == 0 ? $"the first of {kernels.Length}, and {context.Device.Name} has what it needs" : string.Join("; ", refusals));
            }

            refusals.Add($"{kernel.Implementation}: {refusal}");
        }

        throw new NotSupportedException($"{context.Device.Name} can run none of the implementations. {string.Join("; ", refusals)}.");
    }

    /// <summary>What a kernel needs and a device lacks; null: nothing.</summary>
    internal static string? Refusal(GpuKernel kernel, GpuAttentionContext context) =>
        kernel.SharedBytes > context.SharedBytesPerGroup ? $"needs {kernel.SharedBytes} bytes of shared memory per group, and the device has {context.SharedBytesPerGroup}"
        : kernel.Threads > context.ThreadsPerGroup ? $"needs groups of {kernel.Threads} threads, and the device has {context.ThreadsPerGroup}"
        : context.WarpSize % kernel.Lanes != 0 ? $"needs warps of a multiple of {kernel.Lanes} lanes, and the device has {context.WarpSize}"
        : null;
}
