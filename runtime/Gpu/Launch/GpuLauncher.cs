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
    /// <exception cref="GpuOutOfMemoryException">The device has no room for the call's workspace; nothing was queued.</exception>
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
        (GpuKernel kernel, _) = kernels.Choose(context);
        int sequences = arguments.CumulativeLengths.IsEmpty ? query.Layout.Batch : arguments.CumulativeLengths.Length - 1;
        int longest = Longest(arguments.CumulativeLengths, query.Layout.Length);
        int tiles = (longest + kernel.TileRows - 1) / kernel.TileRows;
        long groups = (long)tiles * sequences * description.Heads;
        if (groups == 0)
        {
            return;
        }

        CheckGroups(groups, $"{sequences} sequences of {description.Heads} heads and {longest} queries");
        GpuStream stream = device.Stream ?? context.DefaultStream;
        GpuAttentionCall call = default;
        call.Tiles = tiles;

        // The workspace belongs to one call until its kernel is queued; the stream keeps the next one's copies behind it.
        lock (stream.Workspace)
        {
            GpuCallTensors.Set(ref call, tensors, device, stream.Workspace);
            GpuCallInputs.Set(ref call, description, arguments, kernel, query.Layout, key.Layout, groups, stream.Workspace);
            GpuRotation.Set(ref call, description, arguments, stream);
            context.Load(kernel)(stream.Native, new KernelConfig((int)groups, kernel.Threads), call);
        }
    }

    /// <summary>Throws where a launch has no room for so many groups.</summary>
    internal static void CheckGroups(long groups, string what)
    {
        if (groups > int.MaxValue)
        {
            throw new ArgumentException($"{what} make {groups} groups; a launch has at most {int.MaxValue}. Cut the batch.", "query");
        }
    }

    private static int Longest(ReadOnlySpan<int> cumulative, int length)
    {
        if (cumulative.IsEmpty)
        {
            return length;
        }

        int longest = 0;
        for (int s = 1; s < cumulative.Length; s++)
        {
            longest = Math.Max(longest, cumulative[s] - cumulative[s - 1]);
        }

        return longest;
    }
}
