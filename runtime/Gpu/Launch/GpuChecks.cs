using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>Every condition on a GPU call's arguments: those of the CPU, and what concerns device memory.</summary>
internal static class GpuChecks
{
    public static void Check(GpuAttentionContext context, KernelDescription kernel, in GpuTensors tensors, in AttentionArguments arguments, in GpuArguments device)
    {
        CheckMemory(context, tensors, device);
        CheckArguments(kernel, tensors.Query.Layout, tensors.Key.Layout, tensors.Value.Layout, tensors.Output.Layout, arguments, device);
        CheckOverlap(kernel, tensors, device);
    }

    /// <summary>What does not depend on where tensors are.</summary>
    public static void CheckArguments(KernelDescription kernel, TensorLayout query, TensorLayout key, TensorLayout value, TensorLayout output, in AttentionArguments arguments, in GpuArguments device)
    {
        CheckHostOnly(arguments);

        // Sizes and values are checked as on the CPU, by the same code; it sees empty memory, and what overlaps is told here.
        ArgumentChecks.Check(kernel, Sizes(query), Sizes(key), Sizes(value), new TensorView(default, output), arguments with { LocalFeatures = Sizes(device.LocalFeatures.Layout) });
        CheckLogSumExp(kernel, query, device.LogSumExp);
    }

    /// <summary>A tensor as the CPU's checks see it: its sizes, without memory.</summary>
    public static ReadOnlyTensorView Sizes(TensorLayout layout) => new(default, layout);

    /// <summary>What has a counterpart in <see cref="GpuArguments"/>, or none on a GPU.</summary>
    public static void CheckHostOnly(in AttentionArguments arguments)
    {
        Reject(!arguments.LogSumExp.IsEmpty, nameof(AttentionArguments.LogSumExp), $"is host memory: expected none, and {nameof(GpuArguments)}.{nameof(GpuArguments.LogSumExp)} instead");
        Reject(arguments.LocalFeatures.Layout != default, nameof(AttentionArguments.LocalFeatures), $"are host memory: expected none, and {nameof(GpuArguments)}.{nameof(GpuArguments.LocalFeatures)} instead");
        Reject(arguments.MaxThreads != 0, nameof(AttentionArguments.MaxThreads), "has no effect on a GPU: expected 0");
        Reject(arguments.Tier != SimdTier.Best, nameof(AttentionArguments.Tier), $"has no effect on a GPU: expected {SimdTier.Best}");
    }

    /// <summary>Whether every tensor is there, and on the context; without queries where the call does not attend.</summary>
    public static void CheckMemory(GpuAttentionContext context, in GpuTensors tensors, in GpuArguments device, bool attends = true)
    {
        foreach ((DeviceTensorView view, string name) in new[] { (tensors.Query, "query"), (tensors.Key, "key"), (tensors.Value, "value"), (tensors.Output, "output") })
        {
            Reject(view.Memory is null && (attends || name is "key" or "value"), name, "has no device memory: expected a view of some");
        }

        foreach ((DeviceTensorView view, string name) in new[] { (tensors.Query, "query"), (tensors.Key, "key"), (tensors.Value, "value"), (tensors.Output, "output") })
        {
            CheckContext(context, view.Memory?.Context, name);
        }

        CheckContexts(context, device);
    }

    /// <summary>Whether the other memory of a call, and its stream, are of the context.</summary>
    public static void CheckContexts(GpuAttentionContext context, in GpuArguments device)
    {
        CheckContext(context, device.LogSumExp.Memory?.Context, nameof(GpuArguments.LogSumExp));
        CheckContext(context, device.LocalFeatures.Memory?.Context, nameof(GpuArguments.LocalFeatures));
        Reject(device.Stream is { } stream && stream.Context != context, nameof(GpuArguments.Stream), "belongs to another context than the one that was passed");
    }

    /// <summary>Whether an argument's memory is of the context; null: it has none.</summary>
    public static void CheckContext(GpuAttentionContext context, GpuAttentionContext? actual, string name) =>
        Reject(actual is not null && actual != context, name, $"is on another context: expected memory of the one that was passed, {context.Device.Name}");

    /// <summary>The log-sum-exp, where it is wanted.</summary>
    public static void CheckLogSumExp(KernelDescription kernel, TensorLayout queries, DeviceTensorView logSumExp)
    {
        if (logSumExp.Memory is null)
        {
            return;
        }

        const string Name = nameof(GpuArguments.LogSumExp);
        Reject(kernel.Softmaxes != 1, Name, $"is not defined: {kernel.Name} adds {kernel.Softmaxes} softmaxes, which have none in common");
        Reject(
            logSumExp.Layout != TensorLayout.HeadsFirst(queries.Batch, queries.Heads, queries.Length, 1),
            Name,
            $"is {logSumExp.Layout}: expected contiguous [{queries.Batch}, {queries.Heads}, {queries.Length}, 1] (batch, heads, query length, 1)");
    }

    /// <summary>Whether anything is written over what is still to be read.</summary>
    public static void CheckOverlap(KernelDescription kernel, in GpuTensors tensors, in GpuArguments device)
    {
        // A group copies its queries before it writes their outputs; local features are read right before the same element is written.
        bool overQueries = kernel.Softmaxes == 1 && tensors.Query == tensors.Output;
        bool overLocal = device.LocalFeatures == tensors.Output;
        Reject(!overQueries && tensors.Output.Overlaps(tensors.Query), "output", "overlaps query in memory: expected separate memory");
        Reject(tensors.Output.Overlaps(tensors.Key), "output", "overlaps key in memory: expected separate memory");
        Reject(tensors.Output.Overlaps(tensors.Value), "output", "overlaps value in memory: expected separate memory");
        Reject(!overLocal && tensors.Output.Overlaps(device.LocalFeatures), "output", $"overlaps {nameof(GpuArguments.LocalFeatures)} in memory: expected separate memory");
        foreach (DeviceTensorView other in new[] { tensors.Query, tensors.Key, tensors.Value, tensors.Output, device.LocalFeatures })
        {
            Reject(device.LogSumExp.Overlaps(other), nameof(GpuArguments.LogSumExp), "overlaps another tensor of the call in memory: expected separate memory");
        }
    }

    /// <summary>Throws if something is wrong with an argument.</summary>
    public static void Reject(bool wrong, string name, string what)
    {
        if (wrong)
        {
            throw new ArgumentException($"{name} {what}.", name);
        }
    }
}

/// <summary>The four tensors of a call.</summary>
internal readonly record struct GpuTensors(DeviceTensorView Query, DeviceTensorView Key, DeviceTensorView Value, DeviceTensorView Output);
