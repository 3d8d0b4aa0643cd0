using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>What every generated kernel's call does around the kernel: check, pin, cut into work items, run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class KernelLauncher
{
    /// <summary>Items that each thread should have to choose from, so that none waits long at the end.</summary>
    internal const int ItemsPerThread = 4;

    private const int LeastTilesPerItem = 8;

    /// <summary>A view of contiguous queries, for which negative sizes are named as <c>Forward</c> names them.</summary>
    public static ReadOnlyTensorView View(ReadOnlySpan<float> query, int batch, int heads, int queryLength, int dim, int keyLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(queryLength);
        ArgumentOutOfRangeException.ThrowIfNegative(keyLength);
        return ReadOnlyTensorView.HeadsFirst(query, batch, heads, queryLength, dim);
    }

    /// <summary>A view of contiguous rows of new tokens, for which a negative number is named as cached calls name it.</summary>
    public static ReadOnlyTensorView NewTokens(ReadOnlySpan<float> rows, int sequences, int heads, int tokens, int dim, [CallerArgumentExpression(nameof(rows))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        return ReadOnlyTensorView.HeadsFirst(rows, sequences, heads, tokens, dim, name);
    }

    /// <summary>The check that <see cref="Run"/> begins with, for callers that cut one call into several.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the description needs.</exception>
    public static void Check(
        KernelDescription description,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        in AttentionArguments arguments)
    {
        ArgumentChecks.Check(description, query, key, value, output, arguments);
        SimdTiers.Resolve(arguments.Tier);
    }

    /// <summary>Checks the arguments, then runs the kernel over all (sequence, key/value head, query chunk) items.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration needs; nothing was written.</exception>
    public static void Run(
        KernelDescription description,
        KernelTiers tiers,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        in AttentionArguments arguments)
    {
        ArgumentChecks.Check(description, query, key, value, output, arguments);
        SimdTier tier = SimdTiers.Resolve(arguments.Tier);
        if (output.Layout.Count > 0 || !arguments.LogSumExp.IsEmpty)
        {
            Launch(description, new CacheTiers { Attend = tiers }, tier, query, key, value, output, null, default, null, arguments);
        }
    }

    /// <summary>Attends to a cache behind which the call's own keys and values are stored first; without queries it only stores.</summary>
    /// <param name="description">The kernel.</param>
    /// <param name="tiers">Its code.</param>
    /// <param name="query"><c>[sequences, heads, tokens, headDim]</c>; <c>default</c> when nothing attends.</param>
    /// <param name="key"><c>[sequences, kvHeads, tokens, headDim]</c>.</param>
    /// <param name="value"><c>[sequences, kvHeads, tokens, valueDim]</c>.</param>
    /// <param name="output"><c>[sequences, heads, tokens, valueDim]</c>; <c>default</c> when nothing attends.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="sequences">The cache's sequences.</param>
    /// <param name="arguments">The optional arguments.</param>
    /// <param name="use">What the caller promises.</param>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration or the cache needs; nothing was written.</exception>
    /// <exception cref="InvalidOperationException">The cache has no room; nothing was written.</exception>
    public static void RunCached(
        KernelDescription description,
        in CacheTiers tiers,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        IKvCache cache,
        ReadOnlySpan<int> sequences,
        in AttentionArguments arguments,
        CacheUse use)
    {
        CacheChecks.Check(description, query, key, value, output, new HostCacheLengths(cache), sequences, arguments, use);
        SimdTier tier = SimdTiers.Resolve(arguments.Tier);
        if (key.Layout.Batch > 0 && key.Layout.Length > 0)
        {
            Launch(description, tiers, tier, query, key, value, output, cache, sequences, null, arguments);
        }
    }

    /// <summary>Runs a checked call; the cache and the state are null where the call has none.</summary>
    internal static void Launch(
        KernelDescription description,
        in CacheTiers tiers,
        SimdTier tier,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        IKvCache? cache,
        ReadOnlySpan<int> sequences,
        RecurrentState? state,
        in AttentionArguments arguments)
    {
        fixed (float* queryData = query.Data, keyData = key.Data, valueData = value.Data, outputData = output.Data)
        fixed (float* logSumExp = arguments.LogSumExp, bias = arguments.Bias.Values, slopes = description.Slopes)
        fixed (float* relativeKeys = arguments.RelativeKeys, relativeValues = arguments.RelativeValues, bucketBias = arguments.BucketBias, local = arguments.LocalFeatures.Data)
        fixed (int* bucketOfDistance = description.Buckets?.OfDistance)
        fixed (int* keyLengths = arguments.KeyLengths, queryPositions = arguments.QueryPositions, keyPositions = arguments.KeyPositions)
        fixed (float* queryGain = Gain(description, arguments.QueryGain), keyGain = Gain(description, arguments.KeyGain))
        fixed (float* sinkLogits = arguments.SinkLogits.IsEmpty ? description.SinkLogits : arguments.SinkLogits)
        fixed (int* blocks = arguments.Blocks is null ? default : arguments.Blocks.Blocks)
        fixed (ulong* blockRows = arguments.Blocks is null ? default : arguments.Blocks.Rows)
        fixed (bool* keep = arguments.Keep.Values, drop = arguments.Drop.Values)
        {
            int keyLength = key.Layout.Length;
            int queryLength = cache is null ? query.Layout.Length : keyLength;
            AttentionCall call = new()
            {
                Query = Strided(queryData, query.Layout),
                Key = Strided(keyData, key.Layout),
                Value = Strided(valueData, value.Layout),
                Output = Strided(outputData, output.Layout),
                Batch = query.Layout.Batch,
                QueryLength = queryLength,
                KeyLength = keyLength,
                AlignmentOffset = description.Alignment == CausalAlignment.BottomRight ? keyLength - queryLength : 0,
                KeyLengths = keyLengths,
                LogSumExp = logSumExp,
                LogSumExpStride = queryLength,
                QueryPositions = queryPositions,
                KeyPositions = keyPositions,
                Slopes = slopes,
                RelativeKeys = relativeKeys,
                RelativeValues = relativeValues,
                BucketBias = bucketBias,
                BucketBiasHeadStride = description.IsBucketFirst ? 1 : description.Buckets?.Count ?? 0,
                BucketBiasStride = description.IsBucketFirst ? description.Heads : 1,
                BucketOfDistance = bucketOfDistance,
                Local = Strided(local, arguments.LocalFeatures.Layout),
                QueryGain = queryGain,
                KeyGain = keyGain,
                SinkLogits = sinkLogits,
                DropsWeights = arguments.DropoutSeed is not null,
                DropoutThreshold = DropoutMask.Threshold(description.Dropout),
                DropoutScale = (float)(1 / (1 - description.Dropout)),
                DropoutSeed = arguments.DropoutSeed ?? 0,
                States = state is null ? null : state.Data,
                StateStride = state?.Stride ?? 0,
                Past = description.Rotary is null ? 0 : (int)(state?.Position ?? 0),
                Blocks = Table(arguments.Blocks, blocks, blockRows),
                Mask = new RuntimeMask
                {
                    Keep = keep,
                    KeepStrides = Strides(arguments.Keep.Shape),
                    Drop = drop,
                    DropStrides = Strides(arguments.Drop.Shape),
                    Bias = bias,
                    BiasStrides = Strides(arguments.Bias.Shape),
                },
            };
            (call.QueryPositionStride, call.QueryPositionAxisStride) = PositionStrides(description, arguments.QueryPositions.Length, queryLength);
            (call.KeyPositionStride, call.KeyPositionAxisStride) = PositionStrides(description, arguments.KeyPositions.Length, keyLength);
            RandomFeatures? features = description.Features?.Current;
            if (features is not null)
            {
                call.FeatureRows = features.RowsPointer;
                call.FeatureColumns = features.ColumnsPointer;
            }

            int threads = arguments.MaxThreads == 0 ? WorkerPool.DefaultThreads : arguments.MaxThreads;
            if (cache is not null)
            {
                CachedCalls.Run(description, tiers, tier, call, query.Layout.Count > 0, cache, sequences, arguments, threads);
            }
            else if (arguments.CumulativeLengths.IsEmpty)
            {
                int units = call.Batch * description.KvHeads;
                SetRotation(description, Highest(arguments.QueryPositions), Highest(arguments.KeyPositions), ref call);
                ChooseChunks(description, threads > 1 ? ((threads * ItemsPerThread) + units - 1) / units : 1, ref call);
                WorkerPool.Run(tiers.Attend.For(tier), &call, units * call.Chunks, (nuint)description.WorkspaceBytes, threads);
            }
            else
            {
                PackedSequences.Run(description, tiers.Attend.For(tier), call, arguments, threads);
            }

            GC.KeepAlive(features);
        }
    }

    /// <summary>Where rotations start, and the tables that hold all of a call's positions.</summary>
    /// <param name="description">The kernel.</param>
    /// <param name="highestQuery">The highest of the given query positions; -1: none are given.</param>
    /// <param name="highestKey">The highest of the given key positions; -1: none are given.</param>
    /// <param name="call">The call, with its lengths.</param>
    internal static void SetRotation(KernelDescription description, int highestQuery, int highestKey, ref AttentionCall call)
    {
        if (description.Rotary is not { } rotary)
        {
            return;
        }

        // More queries than keys, aligned at their ends: both move up together, since only relative position counts.
        bool shifted = call.AlignmentOffset < 0 && call.KeyPositions == null && call.QueryPositions == null;
        call.KeyRotaryOffset = call.Past + (shifted ? -call.AlignmentOffset : 0);
        call.QueryRotaryOffset = call.Past + Math.Max(0, call.AlignmentOffset);
        int queries = call.QueryPositions == null ? call.QueryLength + call.QueryRotaryOffset : highestQuery + 1;
        int keys = call.KeyPositions == null ? call.KeyLength + call.KeyRotaryOffset : highestKey + 1;
        int rows = Math.Max(queries, keys);
        rotary = description.LongRotary is { } extended && rows > description.OriginalLength ? extended : rotary;
        call.QueryRotaryTable = rotary.Rows(rows);
        call.KeyRotaryTable = (description.KeyRotary ?? rotary).Rows(rows);
    }

    /// <summary>The highest of some positions; -1: there are none.</summary>
    internal static int Highest(ReadOnlySpan<int> positions)
    {
        int highest = -1;
        foreach (int position in positions)
        {
            highest = Math.Max(highest, position);
        }

        return highest;
    }

    /// <summary>Fewest chunks that fit the workspace, or more when too few items would keep the threads busy.</summary>
    /// <param name="description">The kernel.</param>
    /// <param name="wanted">Chunks per unit that would keep all threads busy.</param>
    /// <param name="call">The call, with its lengths.</param>
    internal static void ChooseChunks(KernelDescription description, int wanted, ref AttentionCall call)
    {
        int queryLength = call.QueryLength;
        if (description.Softmaxes == 0)
        {
            // Every query of a head reads the same state, which is summed up once.
            call.ChunkRows = queryLength;
            call.Chunks = 1;
            return;
        }

        int chunks = (queryLength + description.MaxChunkRows - 1) / description.MaxChunkRows;
        if (chunks < wanted)
        {
            int leastRows = description.TileRows * LeastTilesPerItem;
            int most = (queryLength + leastRows - 1) / leastRows;
            chunks = Math.Max(chunks, Math.Min(wanted, most));
        }

        int rows = (queryLength + chunks - 1) / chunks;
        call.ChunkRows = (rows + description.TileRows - 1) / description.TileRows * description.TileRows;
        call.Chunks = (queryLength + call.ChunkRows - 1) / call.ChunkRows;
    }

    /// <summary>The gain of normalised rows: that given, or 1.</summary>
    internal static ReadOnlySpan<float> Gain(KernelDescription description, ReadOnlySpan<float> given) =>
        given.IsEmpty && description.Gains > 0 ? description.UnitGain : given;

    /// <summary>Ints from one sequence's and one axis's positions to the next. Positions are [length], [axes, length] where there are several axes, or one of these for each sequence.</summary>
    internal static (long Batch, long Axis) PositionStrides(KernelDescription description, int positions, int length) =>
        (positions > (long)description.PositionAxes * length ? (long)description.PositionAxes * length : 0, description.PositionAxes > 1 && positions > length ? length : 0);

    internal static StridedTensor Strided(float* data, TensorLayout layout) =>
        new() { Data = data, BatchStride = layout.BatchStride, HeadStride = layout.HeadStride, RowStride = layout.RowStride };

    /// <summary>A block mask, pinned; or its strides alone.</summary>
    internal static BlockTable Table(BlockMask? mask, int* blocks = null, ulong* rows = null)
    {
        if (mask is null)
        {
            return default;
        }

        long head = (long)mask.QueryBlocks * mask.KeyBlocks;
        return new BlockTable
        {
            Blocks = blocks,
            Rows = rows,
            KeyBlocks = mask.KeyBlocks,
            HeadStride = mask.Heads > 1 ? head : 0,
            BatchStride = mask.Batch > 1 ? mask.Heads * head : 0,
        };
    }

    /// <summary>The strides of a mask.</summary>
    internal static MaskStrides Strides(MaskShape shape)
    {
        long row = shape.QueryLength > 1 ? shape.KeyLength : 0;
        long head = shape.Heads > 1 ? (long)shape.QueryLength * shape.KeyLength : 0;
        long batch = shape.Batch > 1 ? (long)shape.Heads * shape.QueryLength * shape.KeyLength : 0;
        return new MaskStrides(batch, head, row);
    }
}
