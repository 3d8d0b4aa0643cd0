using AttentionGen.Kernels;

namespace AttentionGen.Gpu;

/// <summary>The rotation tables of a call, as far as its positions go.</summary>
internal static class GpuRotation
{
    public static void Set(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, GpuStream stream)
    {
        if (description.Rotary is not null)
        {
            (int rows, bool isLong) = Positions(description, arguments, call);
            Set(ref call, description, rows, isLong, stream);
        }
        else
        {
            SetNothing(ref call, stream);
        }
    }

    /// <summary>As <see cref="CachedCalls.SetRotation"/> does for a cache on the host: which of LongRoPE's tables it is depends on the capacity alone.</summary>
    /// <param name="call">The call.</param>
    /// <param name="description">The kernel.</param>
    /// <param name="arguments">Positions.</param>
    /// <param name="longest">Tokens of the longest sequence, the new ones included.</param>
    /// <param name="stream">The call's stream.</param>
    public static void SetCached(ref GpuAttentionCall call, KernelDescription description, in AttentionArguments arguments, int longest, GpuStream stream)
    {
        if (description.Rotary is not null)
        {
            bool grows = description.CacheCapacity == 0 || description.CacheCapacity > description.OriginalLength;
            Set(ref call, description, Math.Max(longest, KernelLauncher.Highest(arguments.QueryPositions) + 1), grows && description.LongRotary is not null, stream);
        }
        else
        {
            SetNothing(ref call, stream);
        }
    }

    private static void Set(ref GpuAttentionCall call, KernelDescription description, int rows, bool isLong, GpuStream stream)
    {
        RotaryTable rotary = isLong ? description.LongRotary! : description.Rotary!;
        call.QueryRotation = stream.Context.Rotations.Rows(rotary, rows);
        call.KeyRotation = stream.Context.Rotations.Rows(description.KeyRotary ?? rotary, rows);
    }

    private static void SetNothing(ref GpuAttentionCall call, GpuStream stream) => call.QueryRotation = call.KeyRotation = stream.Workspace.Reserve<float>("nothing", 1);

    // As KernelLauncher decides for each sequence; longrope has two tables, of which a launch reads one.
    private static (int Rows, bool IsLong) Positions(KernelDescription description, in AttentionArguments arguments, in GpuAttentionCall call)
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
