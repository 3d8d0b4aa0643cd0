using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>Every condition on a call over 16-bit tensors.</summary>
internal static class TensorChecks
{
    public static void Check(
        GpuAttentionContext context,
        KernelDescription kernel,
        GpuPrecision precision,
        DeviceTensorView16 query,
        DeviceTensorView16 key,
        DeviceTensorView16 value,
        DeviceTensorView16 output,
        in AttentionArguments arguments,
        in GpuArguments device)
    {
        foreach ((DeviceTensorView16 view, string name) in new[] { (query, "query"), (key, "key"), (value, "value"), (output, "output") })
        {
            GpuChecks.Reject(view.Memory is null, name, "has no device memory: expected a view of some");
            GpuChecks.CheckContext(context, view.Memory!.Context, name);
            GpuChecks.Reject(view.Memory.Precision != precision, name, $"is of {view.Memory.Precision}: expected {precision}, as {kernel.Name} is declared");
        }

        GpuChecks.CheckContexts(context, device);
        GpuChecks.CheckArguments(kernel, query.Layout, key.Layout, value.Layout, output.Layout, arguments, device);
        foreach ((DeviceTensorView16 view, string name) in new[] { (query, "query"), (key, "key"), (value, "value") })
        {
            GpuChecks.Reject(output.Overlaps(view), nameof(output), $"overlaps {name} in memory: expected separate memory");
        }

        GpuChecks.Reject(device.LogSumExp.Overlaps(device.LocalFeatures), nameof(GpuArguments.LogSumExp), "overlaps another tensor of the call in memory: expected separate memory");
    }
}
