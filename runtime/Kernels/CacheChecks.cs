using System.Buffers;

namespace AttentionGen.Kernels;

/// <summary>Every condition on a call over a cache, checked before anything is reserved or written.</summary>
internal static unsafe class CacheChecks
{
    /// <summary>New tokens of a sequence that are decoded together at most: speculative tokens, a small tree.</summary>
    public const int MostDecodeTokens = 16;

    public static void Check<TCache>(
        KernelDescription kernel,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        TCache cache,
        ReadOnlySpan<int> sequences,
        in AttentionArguments arguments,
        CacheUse use)
        where TCache : ICacheLengths
    {
        CheckCache(kernel, cache);
        (int batch, int tokens) = (key.Layout.Batch, key.Layout.Length);
        if (!arguments.CumulativeLengths.IsEmpty)
        {
            PackedChecks.CheckBatch(batch, kernel.Argument("key"));
            PackedChecks.CheckOrder(arguments.CumulativeLengths, tokens, "new tokens", nameof(AttentionArguments.CumulativeLengths));
        }

        CheckSequences(cache, sequences, batch, arguments);
        ArgumentChecks.CheckView(key.Layout, batch, kernel.KvHeads, tokens, kernel.HeadDim, nameof(key));
        ArgumentChecks.CheckView(value.Layout, batch, kernel.KvHeads, tokens, kernel.ValueDim, nameof(value));
        if (use != CacheUse.Append)
        {
            ArgumentChecks.CheckView(query.Layout, batch, kernel.Heads, tokens, kernel.HeadDim, nameof(query));
            ArgumentChecks.CheckView(output.Layout, batch, kernel.Heads, tokens, kernel.ValueDim, nameof(output));
            ArgumentChecks.CheckOutput(kernel, query, key, value, output, arguments.LogSumExp);
            ArgumentChecks.CheckLogSumExp(kernel, arguments.LogSumExp, batch, tokens);
            DistanceChecks.Check(kernel, arguments, output);
        }

        CheckForeign(arguments);
        LearnedChecks.Check(kernel, arguments);
        ArgumentChecks.CheckPositions(kernel, arguments.QueryPositions, batch, tokens, nameof(AttentionArguments.QueryPositions));
        int longest = 0;
        for (int s = 0; s < sequences.Length; s++)
        {
            longest = Math.Max(longest, CheckLengths(kernel, cache, sequences[s], CachedCalls.Tokens(arguments, tokens, s), use));
        }

        CheckMasks(kernel, cache, sequences, batch, tokens, longest, arguments);
        CheckRotation(kernel, arguments, longest);
        if (arguments.MaxThreads < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(arguments.MaxThreads), arguments.MaxThreads, "Expected 0 (all cores) or more threads.");
        }

        if (cache.Shape.Precision == KvPrecision.Int8)
        {
            CheckFinite(kernel, key, nameof(key));
            CheckFinite(kernel, value, nameof(value));
        }
    }

    private static void CheckCache<TCache>(KernelDescription kernel, TCache cache)
        where TCache : ICacheLengths
    {
        if (cache.Shape != kernel.CacheShape)
        {
            throw new ArgumentException($"Expected a cache of the shape {kernel.Name}.CacheShape, {kernel.CacheShape}, but got {cache.Shape}.", nameof(cache));
        }

        if (kernel.CacheReach > cache.Window || kernel.CacheSinks > cache.Sinks)
        {
            string reach = kernel.CacheReach == int.MaxValue ? "every key before a query" : $"{kernel.CacheReach} keys before a query and the first {kernel.CacheSinks}";
            throw new ArgumentException($"{kernel.Name} sees {reach}, but the cache holds {cache.Window} behind the newest token and the first {cache.Sinks}; give a larger window or sinks, or a cache that drops nothing.", nameof(cache));
        }
    }

    /// <summary>As many sequences as the call has, all of them there and different.</summary>
    internal static void CheckSequences<TCache>(TCache cache, ReadOnlySpan<int> sequences, int batch, in AttentionArguments arguments)
        where TCache : ICacheLengths
    {
        int expected = arguments.CumulativeLengths.IsEmpty ? batch : arguments.CumulativeLengths.Length - 1;
        if (sequences.Length != expected)
        {
            throw new ArgumentException($"Expected one sequence of the cache for each of the {expected} of the call, but got {sequences.Length}.", nameof(sequences));
        }

        for (int s = 0; s < sequences.Length; s++)
        {
            _ = cache.Length(sequences[s]);
        }

        CheckDifferent(sequences);
    }

    private static void CheckDifferent(ReadOnlySpan<int> sequences)
    {
        int[] sorted = ArrayPool<int>.Shared.Rent(sequences.Length);
        sequences.CopyTo(sorted);
        sorted.AsSpan(0, sequences.Length).Sort();
        int twice = -1;
        for (int s = 1; s < sequences.Length && twice < 0; s++)
        {
            twice = sorted[s] == sorted[s - 1] ? sorted[s] : -1;
        }

        ArrayPool<int>.Shared.Return(sorted);
        if (twice >= 0)
        {
            throw new ArgumentException($"Expected different sequences, but {twice} stands there twice.", nameof(sequences));
        }
    }

    private static void CheckForeign(in AttentionArguments arguments)
    {
        Reject(!arguments.KeyLengths.IsEmpty, nameof(AttentionArguments.KeyLengths), "the cache knows how many tokens it holds");
        Reject(!arguments.CumulativeKeyLengths.IsEmpty, nameof(AttentionArguments.CumulativeKeyLengths), "there are as many new keys as queries");
        Reject(!arguments.KeyPositions.IsEmpty, nameof(AttentionArguments.KeyPositions), $"{nameof(AttentionArguments.QueryPositions)} are those of the new tokens, keys included");
        Reject(arguments.DropoutSeed is not null, nameof(AttentionArguments.DropoutSeed), "a cache is for inference");
        Reject(arguments.LocalFeatures.Layout != default, nameof(AttentionArguments.LocalFeatures), "nothing is mixed in");
    }

    private static void Reject(bool given, string name, string why)
    {
        if (given)
        {
            throw new ArgumentException($"Expected no {name} in a call over a cache: {why}.", name);
        }
    }

    /// <summary>The sequence's length with its new tokens.</summary>
    private static int CheckLengths<TCache>(KernelDescription kernel, TCache cache, int sequence, int tokens, CacheUse use)
        where TCache : ICacheLengths
    {
        if (use == CacheUse.Decode && tokens is (< 1 or > MostDecodeTokens))
        {
            throw new ArgumentException($"Expected 1 to {MostDecodeTokens} new tokens of sequence {sequence}, but got {tokens}; Prefill takes any number.", kernel.Argument("query"));
        }

        ArgumentChecks.CheckLength(tokens, kernel.MaxLength, kernel.Name, kernel.Argument("query"), "MaxLength", sequence);
        if (tokens > cache.MostNewTokens)
        {
            throw new ArgumentException($"The ring takes at most {cache.MostNewTokens} new tokens in one call, but sequence {sequence} has {tokens}; pass a long prompt in pieces.", kernel.Argument("key"));
        }

        int past = cache.Length(sequence);
        if (tokens > int.MaxValue - past)
        {
            throw new ArgumentException($"Sequence {sequence} would grow past {int.MaxValue} tokens.", kernel.Argument("key"));
        }

        if (kernel.CacheCapacity > 0 && past + tokens > kernel.CacheCapacity)
        {
            throw new ArgumentException($"Sequence {sequence} holds {past} tokens and would hold {past + tokens}; {kernel.Name} takes at most {kernel.CacheCapacity} (Capacity of [KvCache]).", kernel.Argument("key"));
        }

        ArgumentChecks.CheckLength(past + tokens, kernel.MaxKeyLength, kernel.Name, kernel.Argument("key"), "MaxKeyLength", sequence);
        return past + tokens;
    }

    private static void CheckMasks<TCache>(KernelDescription kernel, TCache cache, ReadOnlySpan<int> sequences, int batch, int tokens, int longest, in AttentionArguments arguments)
        where TCache : ICacheLengths
    {
        bool packed = !arguments.CumulativeLengths.IsEmpty;
        if (packed)
        {
            bool masked = arguments.Keep.Shape != default || arguments.Drop.Shape != default || arguments.Bias.Shape != default;
            Reject(masked, masked && arguments.Bias.Shape != default ? nameof(AttentionArguments.Bias) : nameof(AttentionArguments.Keep), "masks are for sequences with equally many new tokens");
        }
        else
        {
            CheckMask(arguments.Keep.Values.IsEmpty, arguments.Keep.Shape, kernel, batch, tokens, longest, nameof(AttentionArguments.Keep));
            CheckMask(arguments.Drop.Values.IsEmpty, arguments.Drop.Shape, kernel, batch, tokens, longest, nameof(AttentionArguments.Drop));
            CheckMask(arguments.Bias.Values.IsEmpty, arguments.Bias.Shape, kernel, batch, tokens, longest, nameof(AttentionArguments.Bias));
            CheckSameColumns(arguments, tokens, longest);
        }

        if (arguments.Blocks is null)
        {
            return;
        }

        Reject(packed, nameof(AttentionArguments.Blocks), "it is for sequences of one length");
        foreach (int sequence in sequences)
        {
            ArgumentChecks.CheckBlocks(kernel, arguments.Blocks, batch, tokens, cache.Length(sequence) + tokens);
        }
    }

    // A mask is about the new tokens alone, or about all keys of the longest sequence.
    private static void CheckMask(bool absent, MaskShape shape, KernelDescription kernel, int batch, int tokens, int longest, string name) =>
        ArgumentChecks.CheckMask(absent, shape, batch, kernel.Heads, tokens, shape.KeyLength == tokens ? tokens : longest, name);

    private static void CheckSameColumns(in AttentionArguments arguments, int tokens, int longest)
    {
        int columns = CachedCalls.MaskColumns(arguments);
        ReadOnlySpan<(int Given, string Name)> masks =
        [
            (arguments.Drop.Shape.KeyLength, nameof(AttentionArguments.Drop)), (arguments.Bias.Shape.KeyLength, nameof(AttentionArguments.Bias)),
        ];
        foreach ((int given, string name) in masks)
        {
            if (given != 0 && given != columns)
            {
                throw new ArgumentException($"Expected masks and bias that are all about the {tokens} new tokens or all about {longest} keys, but one has {columns} keys and {name} {given}.", name);
            }
        }
    }

    private static void CheckRotation(KernelDescription kernel, in AttentionArguments arguments, int longest)
    {
        if (kernel.Rotary is not null)
        {
            AttentionCall call = default;
            CachedCalls.SetRotation(kernel, Math.Max(longest, KernelLauncher.Highest(arguments.QueryPositions) + 1), ref call);
        }
    }

    private static void CheckFinite(KernelDescription kernel, ReadOnlyTensorView rows, string name)
    {
        fixed (float* data = rows.Data)
        {
            for (int row = 0; row < rows.Layout.Batch * rows.Layout.Heads; row++)
            {
                float* head = data + (row / rows.Layout.Heads * rows.Layout.BatchStride) + (row % rows.Layout.Heads * rows.Layout.HeadStride);
                if (!KvRows.AreFinite(head, rows.Layout.RowStride, rows.Layout.Length, rows.Layout.Dim))
                {
                    throw new ArgumentException($"{name} holds a NaN or an infinite element (sequence {row / rows.Layout.Heads}, head {row % rows.Layout.Heads}), which Int8 can't store.", kernel.Argument(name));
                }
            }
        }
    }
}
