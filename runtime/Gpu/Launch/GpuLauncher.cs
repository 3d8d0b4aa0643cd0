using System.ComponentModel;
using AttentionGen.Kernels;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>What every generated GPU kernel's call does around the kernel: check, bring the small inputs to the device, launch.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuLauncher
{
    /// <summary>Checks the arguments and queues the kernel on the call's stream.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration needs; nothing was queued.</exception>
    /// <exception cref="GpuOutOfMemoryException">The device has no room for the call's workspace; the output is unchanged.</exception>
    public static void Run(
        GpuAttentionContext context,
        KernelDescription description,
        GpuKernelSet kernels,
        DeviceTensorView query,
        DeviceTensorView key,
        DeviceTensorView value,
        DeviceTensorView output,
        in AttentionArguments arguments,
        in GpuArguments device)
    {
        ArgumentNullException.ThrowIfNull(context);
        var tensors = new GpuTensors(query, key, value, output);
        GpuChecks.Check(context, description, tensors, arguments, device);
        GpuStream stream = device.Stream ?? context.DefaultStream;
        if (kernels.Precision != GpuPrecision.Single && kernels.TensorRefusal(context, arguments) is null)
        {
            TensorLauncher.Run(stream, description, kernels, GpuOperands.Of(tensors), arguments, device);
            return;
        }

        (GpuKernel kernel, string reason) = kernels.Choose(context, arguments);
        stream.LastCall = new GpuSelection(kernel.Implementation, reason);
        if (GpuGrid.Of(description, arguments, query.Layout, kernel.TileRows) is not { Groups: > 0 } grid)
        {
            return;
        }

        GpuAttentionCall call = default;
        GpuOrder.Set(ref call, description, grid, GpuGrid.LongestKeys(arguments, key.Layout), sizeof(float), context.CacheBytes);

        // The workspace belongs to one call until its kernel is queued; the stream keeps the next one's copies behind it.
        lock (stream.Workspace)
        {
            GpuCallTensors.Set(ref call, tensors, device, stream.Workspace);
            GpuCallInputs.Set(ref call, description, arguments, kernel, query.Layout, key.Layout, grid.Groups, stream.Workspace);
            GpuRotation.Set(ref call, description, arguments, stream);
            context.Load(kernel)(stream.Native, new KernelConfig(grid.Groups, kernel.Threads), call);
        }
    }
}
