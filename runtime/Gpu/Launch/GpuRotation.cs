using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>The rotation tables of a call, as far as its positions go.</summary>
internal static class GpuRotation
{
    public static unsafe void Set(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuWorkspace workspace)
    {
        if (description.Rotary is not { } rotary)
        {
            call.QueryRotation = call.KeyRotation = workspace.Reserve<float>("nothing", 1);
            return;
        }

        (int rows, bool isLong) = Positions(description, arguments, call);
        rotary = isLong ? description.LongRotary! : rotary;
        RotaryTable keys = description.KeyRotary ?? rotary;
        call.QueryRotation = workspace.Upload("query rotation", new ReadOnlySpan<float>(rotary.Rows(rows), checked(rows * rotary.Width)));
        call.KeyRotation = ReferenceEquals(keys, rotary) ? call.QueryRotation : workspace.Upload("key rotation", new ReadOnlySpan<float>(keys.Rows(rows), checked(rows * keys.Width)));
    }

    // As KernelLauncher decides for each sequence; longrope has two tables, of which a launch reads one.
    private static unsafe (int Rows, bool IsLong) Positions(KernelDescription description, in AttentionArguments arguments, in GpuAttentionCall call)
    {
        ReadOnlySpan<int> queries = arguments.CumulativeLengths, keys = arguments.CumulativeKeyLengths.IsEmpty ? queries : arguments.CumulativeKeyLengths;
        int sequences = Math.Max(1, queries.Length - 1), most = 1;
        int shortest = int.MaxValue;
        for (int s = 0; s < sequences; s++)
        {
            int queryLength = queries.IsEmpty ? call.QueryLength : queries[s + 1] - queries[s];
            int keyLength = queries.IsEmpty ? call.KeyLength : keys[s + 1] - keys[s];
            if (queryLength == 0)
            {
                continue;
            }

            int offset = call.AlignsEnds != 0 ? keyLength - queryLength : 0;
            bool shifted = offset < 0 && call.HasQueryPositions == 0 && call.HasKeyPositions == 0;
            int query = call.HasQueryPositions != 0 ? KernelLauncher.Highest(arguments.QueryPositions) + 1 : queryLength + Math.Max(0, offset);
            int key = call.HasKeyPositions != 0 ? KernelLauncher.Highest(arguments.KeyPositions) + 1 : keyLength + (shifted ? -offset : 0);
            (most, shortest) = (Math.Max(most, Math.Max(query, key)), Math.Min(shortest, Math.Max(query, key)));
        }

        bool isLong = description.LongRotary is not null && most > description.OriginalLength;
        if (isLong && shortest <= description.OriginalLength)
        {
            throw new ArgumentException(
                $"Positions of one sequence end at {shortest} and of another at {most}, to both sides of {description.OriginalLength}, where {description.Name} changes its rotation: expected a GPU call for each side.",
                nameof(AttentionArguments.CumulativeLengths));
        }

        return (most, isLong);
    }
}
