using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>The implementations of one declared attention, best first: a call runs the first that its device can.</summary>
/// <param name="kernels">The implementations.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuKernelSet(params GpuKernel[] kernels)
{
    /// <summary>The implementation that a device runs.</summary>
    /// <exception cref="NotSupportedException">The device runs none of them.</exception>
    public GpuSelection Select(GpuAttentionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        (GpuKernel kernel, string reason) = Choose(context);
        return new GpuSelection(kernel.Implementation, reason);
    }

    internal (GpuKernel Kernel, string Reason) Choose(GpuAttentionContext context)
    {
        List<string> refusals = [];
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
