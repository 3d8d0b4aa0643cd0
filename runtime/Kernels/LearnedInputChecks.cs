using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Conditions on what some declarations need besides queries, keys and values, and others have no use for.</summary>
internal static class LearnedInputChecks
{
    public static void Check(KernelDescription kernel, in AttentionArguments arguments, TensorView output)
    {
        CheckTable(arguments.RelativeKeys, kernel.RelativeDistances > 0, [kernel.RelativeDistances, kernel.HeadDim], "2 * MaxRelativePosition + 1, head dim", kernel, nameof(AttentionArguments.RelativeKeys));
        CheckTable(arguments.RelativeValues, kernel.HasRelativeValues, [kernel.RelativeDistances, kernel.ValueDim], "2 * MaxRelativePosition + 1, value dim", kernel, nameof(AttentionArguments.RelativeValues));
        CheckTable(arguments.BucketBias, kernel.Buckets is not null, [kernel.Heads, kernel.Buckets?.Count ?? 0], "heads, Buckets", kernel, nameof(AttentionArguments.BucketBias));
        CheckWritten(arguments.RelativeKeys, arguments, output, nameof(AttentionArguments.RelativeKeys));
        CheckWritten(arguments.RelativeValues, arguments, output, nameof(AttentionArguments.RelativeValues));
        CheckWritten(arguments.BucketBias, arguments, output, nameof(AttentionArguments.BucketBias));
        CheckLocalFeatures(kernel, arguments, output);
    }

    private static void CheckTable(ReadOnlySpan<float> table, bool needed, ReadOnlySpan<int> sizes, string meaning, KernelDescription kernel, string name)
    {
        if (!needed)
        {
            if (!table.IsEmpty)
            {
                throw new ArgumentException($"{kernel.Name} has no use for {name}: expected none, got {table.Length} elements.", name);
            }

            return;
        }

        long expected = (long)sizes[0] * sizes[1];
        if (table.Length != expected)
        {
            throw new ArgumentException($"{kernel.Name} needs {name}: expected [{sizes[0]}, {sizes[1]}] = {expected} elements ({meaning}), but the span holds {table.Length}.", name);
        }
    }

    private static void CheckWritten(ReadOnlySpan<float> table, in AttentionArguments arguments, TensorView output, string name)
    {
        ArgumentChecks.ThrowIfOverlap(output.Data.Overlaps(table), name, "output");
        ArgumentChecks.ThrowIfOverlap(arguments.LogSumExp.Overlaps(table), name, nameof(AttentionArguments.LogSumExp));
    }

    private static void CheckLocalFeatures(KernelDescription kernel, in AttentionArguments arguments, TensorView output)
    {
        const string Name = nameof(AttentionArguments.LocalFeatures);
        ReadOnlyTensorView local = arguments.LocalFeatures;
        if (!kernel.NeedsLocalFeatures)
        {
            if (local.Layout != default)
            {
                throw new ArgumentException($"{kernel.Name} mixes nothing into its output: expected no {Name}, got {local.Layout}.", Name);
            }

            return;
        }

        TensorLayout expected = output.Layout;
        ArgumentChecks.CheckView(local.Layout, expected.Batch, expected.Heads, expected.Length, expected.Dim, Name);

        // Each element is read right before the same element of the output is written, so the two may be one tensor; anything else is not sound.
        bool inPlace = local.Layout == output.Layout
            && !output.Data.IsEmpty
            && Unsafe.AreSame(ref MemoryMarshal.GetReference(local.Data), ref MemoryMarshal.GetReference(output.Data));
        ArgumentChecks.ThrowIfOverlap(!inPlace && output.Data.Overlaps(local.Data), Name, "output");
        ArgumentChecks.ThrowIfOverlap(arguments.LogSumExp.Overlaps(local.Data), Name, nameof(AttentionArguments.LogSumExp));
    }
}
