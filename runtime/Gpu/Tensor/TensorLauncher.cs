using System.ComponentModel;
using AttentionGen.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Calls of declarations that multiply 16-bit elements: rounds, or widens, what comes in the other width, and launches the kernel of that width.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TensorLauncher
{
    /// <summary>Checks the arguments and queues the call over 16-bit tensors on its stream.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration needs; nothing was queued.</exception>
    /// <exception cref="GpuOutOfMemoryException">The device has no room for the call's workspace; the output is unchanged.</exception>
    public static void Run(
        GpuAttentionContext context,
        KernelDescription description,
        GpuKernelSet kernels,
        DeviceTensorView16 query,
        DeviceTensorView16 key,
        DeviceTensorView16 value,
        DeviceTensorView16 output,
        in AttentionArguments arguments,
        in GpuArguments device)
    {
        ArgumentNullException.ThrowIfNull(context);
        TensorChecks.Check(context, description, kernels.Precision, query, key, value, output, arguments, device);
        var operands = new GpuOperands(GpuOperand.Of(query), GpuOperand.Of(key), GpuOperand.Of(value), GpuOperand.Of(output));
        Run(device.Stream ?? context.DefaultStream, description, kernels, operands, arguments, device);
    }

    /// <summary>Queues a call whose arguments were checked.</summary>
    internal static void Run(GpuStream stream, KernelDescription description, GpuKernelSet kernels, GpuOperands operands, in AttentionArguments arguments, in GpuArguments device)
    {
        bool onTensorCores = kernels.TensorRefusal(stream.Context, arguments) is null;
        (GpuKernel simt, string reason) = kernels.Choose(stream.Context, arguments);
        stream.LastCall = onTensorCores ? kernels.TensorSelection(stream.Context) : new GpuSelection(simt.Implementation, reason);
        GpuKernel kernel = onTensorCores ? kernels.Tensor!.Main : simt;
        if (GpuGrid.Of(description, arguments, operands.Query.Layout, kernel.TileRows) is not { Groups: > 0 } grid)
        {
            return;
        }

        // The workspace belongs to one call until its kernels are queued.
        lock (stream.Workspace)
        {
            var work = new TensorCall(stream, description, kernels.Precision);
            if (onTensorCores)
            {
                work.RunOnTensorCores(kernels.Tensor!, simt, operands, arguments, device, grid);
            }
            else
            {
                work.RunInSingle(simt, operands, arguments, device, grid);
            }
        }
    }
}
