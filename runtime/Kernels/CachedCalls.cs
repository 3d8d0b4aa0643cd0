using System.Buffers;

namespace AttentionGen.Kernels;

/// <summary>
/// Runs checked calls over a cache: makes room, stores the new tokens, attends, and commits. Sequences may have different lengths and numbers of new tokens; those with
/// the most work begin first.
/// </summary>
internal static unsafe class CachedCalls
{
    /// <summary>Rows of keys and values below which storing them is not worth waking other threads.</summary>
    private const int LeastRowsToShare = 256;

    private const int LineFloats = 16;

    /// <param name="description">The kernel.</param>
    /// <param name="tiers">Its code.</param>
    /// <param name="tier">The tier to use.</param>
    /// <param name="shared">The call over all sequences: pointers to the first element, strides, settings.</param>
    /// <param name="attends">Whether there are queries.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="sequences">Its sequences.</param>
    /// <param name="arguments">Lengths and positions.</param>
    /// <param name="threads">Threads to keep busy.</param>
    public static void Run(KernelDescription description, in CacheTiers tiers, SimdTier tier, in AttentionCall shared, bool attends, IKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, int threads)
    {
        int count = sequences.Length;
        AttentionCall[] calls = ArrayPool<AttentionCall>.Shared.Rent(count);
        int[] firstItems = ArrayPool<int>.Shared.Rent(count + 1);
        int[] order = ArrayPool<int>.Shared.Rent(count);
        bool committed = false;
        try
        {
            for (int s = 0; s < count; s++)
            {
                cache.Reserve(sequences[s], Tokens(arguments, shared.KeyLength, s));
            }

            Order(description, cache, sequences, arguments, shared.KeyLength, order.AsSpan(0, count));
            fixed (AttentionCall* call = calls)
            fixed (int* firstItem = firstItems)
            {
                for (int n = 0; n < count; n++)
                {
                    call[n] = shared;
                    CutOut(description, shared, arguments, order[n], cache.View(sequences[order[n]]), ref call[n]);
                }

                Store(description, tiers.Append.For(tier), call, firstItem, count, threads);
                if (attends)
                {
                    CallBatch batch = new() { Kernel = tiers.Attend.For(tier), CutKernel = tiers.Decode.For(tier), Calls = call, FirstItem = firstItem, Count = count };
                    Attend(description, &batch, threads);
                }
            }

            for (int s = 0; s < count; s++)
            {
                cache.Commit(sequences[s], Tokens(arguments, shared.KeyLength, s));
            }

            committed = true;
        }
        finally
        {
            for (int s = 0; s < count && !committed; s++)
            {
                cache.Reserve(sequences[s], 0);
            }

            ArrayPool<AttentionCall>.Shared.Return(calls);
            ArrayPool<int>.Shared.Return(firstItems);
            ArrayPool<int>.Shared.Return(order);
        }
    }

    /// <summary>New tokens of one sequence.</summary>
    public static int Tokens(in AttentionArguments arguments, int length, int sequence) =>
        arguments.CumulativeLengths.IsEmpty ? length : arguments.CumulativeLengths[sequence + 1] - arguments.CumulativeLengths[sequence];

    /// <summary>Keys that the call's masks are about; 0: there are none.</summary>
    public static int MaskColumns(in AttentionArguments arguments) =>
        Math.Max(arguments.Keep.Shape.KeyLength, Math.Max(arguments.Drop.Shape.KeyLength, arguments.Bias.Shape.KeyLength));

    /// <summary>The tables that hold <paramref name="positions"/> positions. Which of LongRoPE's tables they are depends on the capacity alone: keys stay as they were rotated.</summary>
    public static void SetRotation(KernelDescription description, int positions, ref AttentionCall call)
    {
        if (description.Rotary is not { } rotary)
        {
            return;
        }

        bool grows = description.CacheCapacity == 0 || description.CacheCapacity > description.OriginalLength;
        rotary = description.LongRotary is { } extended && grows ? extended : rotary;
        call.QueryRotaryTable = rotary.Rows(positions);
        call.KeyRotaryTable = (description.KeyRotary ?? rotary).Rows(positions);
    }

    /// <summary>Numbers of the call's sequences, those with the most visible pairs first.</summary>
    private static void Order(KernelDescription description, IKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, int length, Span<int> order)
    {
        double[] costs = ArrayPool<double>.Shared.Rent(order.Length);
        for (int s = 0; s < order.Length; s++)
        {
            costs[s] = Pairs(description, cache.Length(sequences[s]), Tokens(arguments, length, s));
        }

        WorkOrder.LongestFirst(costs.AsSpan(0, order.Length), order);
        ArrayPool<double>.Shared.Return(costs);
    }

    /// <summary>Turns a copy of the shared call into the call of one sequence.</summary>
    private static void CutOut(KernelDescription description, in AttentionCall shared, in AttentionArguments arguments, int sequence, KvSequence held, ref AttentionCall call)
    {
        bool packed = !arguments.CumulativeLengths.IsEmpty;
        int row = packed ? arguments.CumulativeLengths[sequence] : 0, batch = packed ? 0 : sequence;
        int tokens = Tokens(arguments, shared.KeyLength, sequence), past = held.Length;
        call.Batch = 1;
        call.QueryLength = tokens;
        call.KeyLength = past + tokens;
        call.PastLength = past;
        call.AlignmentOffset = past;
        call.FirstSequence = sequence;
        call.Cache = CacheView.Of(description.CacheShape!, held);
        Move(ref call.Query, batch, row);
        Move(ref call.Key, batch, row);
        Move(ref call.Value, batch, row);
        Move(ref call.Output, batch, row);
        call.LogSumExp = call.LogSumExp == null ? null : call.LogSumExp + ((long)batch * description.Heads * shared.LogSumExpStride) + row;
        if (call.QueryPositions != null)
        {
            call.QueryPositions += (batch * call.QueryPositionStride) + row;
        }

        // New keys stand where the queries do.
        call.KeyPositions = call.QueryPositions;
        call.KeyPositionAxisStride = call.QueryPositionAxisStride;
        call.QueryRotaryOffset = call.KeyRotaryOffset = past;
        SetRotation(description, Math.Max(call.KeyLength, KernelLauncher.Highest(arguments.QueryPositions) + 1), ref call);
        call.Mask.FirstKey = MaskColumns(arguments) == shared.KeyLength ? past : 0;
        MoveMasks(batch, ref call);
        call.Cut = DecodeCuts.Of(description, call);
    }

    private static void Move(ref StridedTensor tensor, int batch, int row) => tensor.Data += (batch * tensor.BatchStride) + (row * tensor.RowStride);

    private static void MoveMasks(int batch, ref AttentionCall call)
    {
        ref RuntimeMask mask = ref call.Mask;
        mask.Keep = mask.Keep == null ? null : mask.Keep + (batch * mask.KeepStrides.Batch);
        mask.Drop = mask.Drop == null ? null : mask.Drop + (batch * mask.DropStrides.Batch);
        mask.Bias = mask.Bias == null ? null : mask.Bias + (batch * mask.BiasStrides.Batch);
        call.Blocks.Blocks = call.Blocks.Blocks == null ? null : call.Blocks.Blocks + (batch * call.Blocks.BatchStride);
    }

    private static void Store(KernelDescription description, delegate*<void*, int, byte*, void> append, AttentionCall* calls, int* firstItem, int count, int threads)
    {
        int items = 0;
        long rows = 0;
        for (int s = 0; s < count; s++)
        {
            firstItem[s] = items;
            items += calls[s].QueryLength > 0 ? description.KvHeads : 0;
            rows += (long)calls[s].QueryLength * description.KvHeads;
            calls[s].Chunks = 1;
            calls[s].ChunkRows = calls[s].QueryLength;
        }

        firstItem[count] = items;
        CallBatch batch = new() { Kernel = append, CutKernel = append, Calls = calls, FirstItem = firstItem, Count = count };
        WorkerPool.Run(&CallBatch.RunItem, &batch, items, (nuint)description.WorkspaceBytes, rows < LeastRowsToShare ? 1 : threads);
    }

    private static void Attend(KernelDescription description, CallBatch* batch, int threads)
    {
        double pairs = 0;
        for (int s = 0; s < batch->Count; s++)
        {
            pairs += Pairs(description, batch->Calls[s]);
        }

        int items = 0, cutHeads = 0;
        long partials = 0;
        for (int s = 0; s < batch->Count; s++)
        {
            ref AttentionCall call = ref batch->Calls[s];
            batch->FirstItem[s] = items;
            if (call.Cut.Parts > 0)
            {
                items = checked(items + (call.Cut.Parts * description.KvHeads));
                cutHeads += description.KvHeads;
                partials += DecodeCuts.Floats(description, call);
            }
            else if (call.QueryLength > 0)
            {
                double share = pairs > 0 ? Pairs(description, call) / pairs : 0;
                KernelLauncher.ChooseChunks(description, threads > 1 ? (int)Math.Ceiling(threads * KernelLauncher.ItemsPerThread * share / description.KvHeads) : 1, ref call);
                items = checked(items + (call.Chunks * description.KvHeads));
            }
        }

        batch->FirstItem[batch->Count] = items;
        if (partials == 0)
        {
            WorkerPool.Run(&CallBatch.RunItem, batch, items, (nuint)description.WorkspaceBytes, threads);
            return;
        }

        float[] floats = ArrayPool<float>.Shared.Rent(checked((int)partials + LineFloats));
        int[] finished = ArrayPool<int>.Shared.Rent(cutHeads);
        Array.Clear(finished, 0, cutHeads);
        fixed (float* partial = floats)
        fixed (int* done = finished)
        {
            DecodeCuts.Share(description, batch, (float*)(((nuint)partial + 63) & ~(nuint)63), done);
            WorkerPool.Run(&CallBatch.RunItem, batch, items, (nuint)description.WorkspaceBytes, threads);
        }

        ArrayPool<float>.Shared.Return(floats);
        ArrayPool<int>.Shared.Return(finished);
    }

    private static double Pairs(KernelDescription description, in AttentionCall call) => Pairs(description, call.PastLength, call.QueryLength);

    /// <summary>Visible (query, key) pairs of one head, roughly.</summary>
    private static double Pairs(KernelDescription description, int past, int tokens) =>
        tokens * Math.Min(past + (tokens / 2.0), (double)description.CacheReach + description.CacheSinks + 1);
}
