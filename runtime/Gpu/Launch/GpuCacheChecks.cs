using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>Every condition on a call over a cache on a device, checked before anything is queued: those of the CPU, and what concerns device memory.</summary>
internal static class GpuCacheChecks
{
    public static void Check(KernelDescription kernel, in GpuTensors tensors, GpuKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, in GpuArguments device, CacheUse use)
    {
        ArgumentNullException.ThrowIfNull(cache);
        GpuChecks.CheckMemory(cache.Context, tensors, device, attends: use != CacheUse.Append);
        GpuChecks.CheckHostOnly(arguments);
        if (device.LocalFeatures.Memory is not null)
        {
            throw new ArgumentException($"Expected no {nameof(GpuArguments.LocalFeatures)} in a call over a cache: nothing is mixed in.", nameof(GpuArguments.LocalFeatures));
        }

        // Sizes and values are checked as on the CPU, by the same code; it sees empty memory.
        CacheChecks.Check(kernel, GpuChecks.Sizes(tensors.Query.Layout), GpuChecks.Sizes(tensors.Key.Layout), GpuChecks.Sizes(tensors.Value.Layout), new TensorView(default, tensors.Output.Layout), cache, sequences, arguments, use);
        if (use != CacheUse.Append)
        {
            GpuChecks.CheckLogSumExp(kernel, tensors.Query.Layout, device.LogSumExp);
            GpuChecks.CheckOverlap(kernel, tensors, device);
        }

        for (int s = 0; s < sequences.Length; s++)
        {
            cache.CheckRoom(sequences[s], CachedCalls.Tokens(arguments, tensors.Key.Layout.Length, s));
        }
    }
}
