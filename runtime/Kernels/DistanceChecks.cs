namespace AttentionGen.Kernels;

/// <summary>Conditions on the tables by which distances between keys and queries enter.</summary>
internal static class DistanceChecks
{
    public static void Check(KernelDescription kernel, in AttentionArguments arguments, TensorView output)
    {
        CheckTable(arguments.RelativeKeys, kernel.RelativeDistances > 0, [kernel.RelativeDistances, kernel.HeadDim], "2 * MaxRelativePosition + 1, head dim", kernel, nameof(AttentionArguments.RelativeKeys));
        CheckTable(arguments.RelativeValues, kernel.HasRelativeValues, [kernel.RelativeDistances, kernel.ValueDim], "2 * MaxRelativePosition + 1, value dim", kernel, nameof(AttentionArguments.RelativeValues));
        CheckTable(arguments.BucketBias, kernel.Buckets is not null, [kernel.Heads, kernel.Buckets?.Count ?? 0], "heads, Buckets", kernel, nameof(AttentionArguments.BucketBias));
        CheckWritten(arguments.RelativeKeys, arguments, output, nameof(AttentionArguments.RelativeKeys));
        CheckWritten(arguments.RelativeValues, arguments, output, nameof(AttentionArguments.RelativeValues));
        CheckWritten(arguments.BucketBias, arguments, output, nameof(AttentionArguments.BucketBias));
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
}
