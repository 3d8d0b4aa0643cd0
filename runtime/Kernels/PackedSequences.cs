using System.Buffers;

namespace AttentionGen.Kernels;

/// <summary>
/// Sequences of different lengths laid end to end: one call each, on the same kernel, run together. Long sequences are cut into more items and begin first, so that
/// threads finish together; what a sequence's result is doesn't depend on its neighbours.
/// </summary>
internal static unsafe class PackedSequences
{
    /// <summary>Runs a checked call.</summary>
    /// <param name="description">The kernel.</param>
    /// <param name="kernel">Its code for the chosen tier.</param>
    /// <param name="shared">The call over all sequences: pointers to the first element, strides, settings.</param>
    /// <param name="arguments">The cumulative lengths and positions.</param>
    /// <param name="threads">Threads to keep busy.</param>
    public static void Run(KernelDescription description, delegate*<void*, int, byte*, void> kernel, in AttentionCall shared, in AttentionArguments arguments, int threads)
    {
        int sequences = arguments.CumulativeLengths.Length - 1;
        AttentionCall[] calls = ArrayPool<AttentionCall>.Shared.Rent(sequences);
        int[] firstItems = ArrayPool<int>.Shared.Rent(sequences + 1);
        int[] order = ArrayPool<int>.Shared.Rent(sequences);
        try
        {
            Order(arguments, order.AsSpan(0, sequences), out double pairs);
            int items = 0;
            for (int n = 0; n < sequences; n++)
            {
                calls[n] = shared;
                CutOut(description, arguments, order[n], ref calls[n]);
                if (calls[n].QueryLength > 0)
                {
                    double share = pairs > 0 ? (double)calls[n].QueryLength * calls[n].KeyLength / pairs : 0;
                    KernelLauncher.ChooseChunks(description, threads > 1 ? (int)Math.Ceiling(threads * KernelLauncher.ItemsPerThread * share / description.KvHeads) : 1, ref calls[n]);
                }

                firstItems[n] = items;
                items = checked(items + (calls[n].QueryLength > 0 ? calls[n].Chunks * description.KvHeads : 0));
            }

            firstItems[sequences] = items;
            fixed (AttentionCall* call = calls)
            fixed (int* firstItem = firstItems)
            {
                CallBatch batch = new() { Kernel = kernel, Calls = call, FirstItem = firstItem, Count = sequences };
                WorkerPool.Run(&CallBatch.RunItem, &batch, items, (nuint)description.WorkspaceBytes, threads);
            }
        }
        finally
        {
            ArrayPool<AttentionCall>.Shared.Return(calls);
            ArrayPool<int>.Shared.Return(firstItems);
            ArrayPool<int>.Shared.Return(order);
        }
    }

    /// <summary>Numbers of sequences, those with the most (query, key) pairs first.</summary>
    private static void Order(in AttentionArguments arguments, Span<int> order, out double pairs)
    {
        double[] costs = ArrayPool<double>.Shared.Rent(order.Length);
        pairs = 0;
        for (int s = 0; s < order.Length; s++)
        {
            costs[s] = (double)Length(arguments.CumulativeLengths, s) * Length(Keys(arguments), s);
            pairs += costs[s];
        }

        WorkOrder.LongestFirst(costs.AsSpan(0, order.Length), order);
        ArrayPool<double>.Shared.Return(costs);
    }

    /// <summary>Turns a copy of the shared call into the call of one sequence.</summary>
    private static void CutOut(KernelDescription description, in AttentionArguments arguments, int sequence, ref AttentionCall call)
    {
        int firstQuery = arguments.CumulativeLengths[sequence], firstKey = Keys(arguments)[sequence];
        call.QueryLength = Length(arguments.CumulativeLengths, sequence);
        call.KeyLength = Length(Keys(arguments), sequence);
        call.FirstSequence = sequence;
        call.States = call.States == null ? null : call.States + (sequence * call.StateStride);
        call.AlignmentOffset = description.Alignment == CausalAlignment.BottomRight ? call.KeyLength - call.QueryLength : 0;
        call.Query.Data += firstQuery * call.Query.RowStride;
        call.Key.Data += firstKey * call.Key.RowStride;
        call.Value.Data += firstKey * call.Value.RowStride;
        call.Output.Data += firstQuery * call.Output.RowStride;
        call.Local.Data += firstQuery * call.Local.RowStride;
        call.LogSumExp = call.LogSumExp == null ? null : call.LogSumExp + firstQuery;
        call.QueryPositions = call.QueryPositions == null ? null : call.QueryPositions + firstQuery;
        call.KeyPositions = call.KeyPositions == null ? null : call.KeyPositions + firstKey;
        KernelLauncher.SetRotation(
            description,
            Highest(arguments.QueryPositions, arguments.CumulativeLengths[^1], firstQuery, call.QueryLength),
            Highest(arguments.KeyPositions, Keys(arguments)[^1], firstKey, call.KeyLength),
            ref call);
    }

    /// <summary>The highest position of one sequence on any axis.</summary>
    private static int Highest(ReadOnlySpan<int> positions, int total, int first, int length)
    {
        int highest = -1;
        for (int axis = 0; axis * (long)total < positions.Length && total > 0; axis++)
        {
            highest = Math.Max(highest, KernelLauncher.Highest(positions.Slice((axis * total) + first, length)));
        }

        return highest;
    }

    private static ReadOnlySpan<int> Keys(in AttentionArguments arguments) =>
        arguments.CumulativeKeyLengths.IsEmpty ? arguments.CumulativeLengths : arguments.CumulativeKeyLengths;

    private static int Length(ReadOnlySpan<int> cumulative, int sequence) => cumulative[sequence + 1] - cumulative[sequence];
}
