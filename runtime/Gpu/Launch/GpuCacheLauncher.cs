using System.ComponentModel;
using AttentionGen.Kernels;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>What every generated call over a cache on a device does around its kernels: check, store the new tokens, attend, count them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuCacheLauncher
{
    /// <summary>Checks the arguments and queues the kernels on the call's stream.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration or the cache needs; nothing was queued, and the cache is unchanged.</exception>
    /// <exception cref="InvalidOperationException">The cache or the device has no room; the cache is unchanged.</exception>
    /// <exception cref="NotSupportedException">The device lacks what a kernel needs; nothing was queued.</exception>
    public static void Run(
        KernelDescription description,
        GpuCacheKernels kernels,
        DeviceTensorView query,
        DeviceTensorView key,
        DeviceTensorView value,
        DeviceTensorView output,
        GpuKvCache cache,
        ReadOnlySpan<int> sequences,
        in AttentionArguments arguments,
        in GpuArguments device,
        CacheUse use)
    {
        var tensors = new GpuTensors(query, key, value, output);
        GpuCacheChecks.Check(description, tensors, cache, sequences, arguments, device, use);
        CheckDevice(kernels, cache.Context);
        if (key.Layout.Batch == 0 || key.Layout.Length == 0)
        {
            return;
        }

        GpuCacheTokens tokens = GpuCacheTokens.Of(description, cache, sequences, arguments, key.Layout.Length, decodes: kernels.Merge is not null && arguments.Blocks is null);
        GpuStream stream = device.Stream ?? cache.Context.DefaultStream;
        lock (stream.Workspace)
        {
            GpuAttentionCall call = default;
            GpuCallTensors.Set(ref call, tensors, device, stream.Workspace);
            call.QueryLength = key.Layout.Length;
            long attending = use == CacheUse.Append ? 0 : tokens.Groups(description.Heads, tokens.Longest, kernels.Attend.TileRows);
            GpuCallInputs.Set(ref call, description, arguments, kernels.Attend, key.Layout, key.Layout, attending, stream.Workspace);
            GpuRotation.SetCached(ref call, description, arguments, tokens.LongestSequence, stream);
            SetCache(ref call, cache, sequences, arguments, tokens, stream.Workspace);
            Queue(stream, kernels.Append, call, tokens, description.KvHeads, tokens.Longest);
            if (use != CacheUse.Append)
            {
                Attend(description, kernels, call, tokens, stream);
            }
        }

        for (int s = 0; s < sequences.Length; s++)
        {
            cache.Commit(sequences[s], CachedCalls.Tokens(arguments, key.Layout.Length, s));
        }
    }

    private static void CheckDevice(GpuCacheKernels kernels, GpuAttentionContext context)
    {
        foreach (GpuKernel? kernel in (ReadOnlySpan<GpuKernel?>)[kernels.Append, kernels.Attend, kernels.DecodeOne, kernels.DecodeFew, kernels.Merge])
        {
            if (kernel is not null && GpuKernelSet.Refusal(kernel, context) is { } refusal)
            {
                throw new NotSupportedException($"{context.Device.Name} can't run calls over a cache: {kernel.Implementation} {refusal}.");
            }
        }
    }

    private static void SetCache(ref GpuAttentionCall call, GpuKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, GpuCacheTokens tokens, GpuWorkspace workspace)
    {
        call.IsCached = 1;
        call.CacheKeys = cache.Keys;
        call.CacheValues = cache.Values;
        (call.CacheKeyHeadStride, call.CacheValueHeadStride) = (cache.KeyHeadStride, cache.ValueHeadStride);
        call.Sequences = workspace.Upload("sequences of the cache", sequences);
        call.PastLengths = workspace.Upload<int>("their lengths", tokens.Past);
        call.MasksNewTokens = CachedCalls.MaskColumns(arguments) == call.QueryLength ? 1 : 0;
        call.DecodedTokens = tokens.LongestDecoded > 0 ? CacheChecks.MostDecodeTokens : 0;

        // New keys stand where the queries do.
        call.HasKeyPositions = call.HasQueryPositions;
        call.KeyPositions = call.QueryPositions;
        (call.KeyPositionStride, call.KeyPositionAxisStride) = (call.QueryPositionStride, call.QueryPositionAxisStride);
    }

    private static void Attend(KernelDescription description, GpuCacheKernels kernels, GpuAttentionCall call, GpuCacheTokens tokens, GpuStream stream)
    {
        if (tokens.LongestDecoded > 0)
        {
            Decode(description, kernels, call, tokens, stream);
        }

        if (tokens.LongestDecoded < tokens.Longest)
        {
            Queue(stream, kernels.Attend, call, tokens, description.Heads, tokens.Longest);
        }
    }

    private static void Decode(KernelDescription description, GpuCacheKernels kernels, GpuAttentionCall call, GpuCacheTokens tokens, GpuStream stream)
    {
        GpuKernel kernel = tokens.LongestDecoded == 1 ? kernels.DecodeOne! : kernels.DecodeFew!;
        int rows = description.Heads / description.KvHeads * tokens.LongestDecoded;
        call.MostParts = tokens.MostParts;
        call.MostRows = rows;
        call.Parts = stream.Workspace.Reserve<Float4>("parts of decoded rows", (long)tokens.Past.Length * description.KvHeads * rows * tokens.MostParts * kernels.PartVectors);
        Queue(stream, kernel, call, tokens, description.KvHeads * tokens.MostParts, rows);
        Queue(stream, kernels.Merge!, call, tokens, description.KvHeads, rows);
    }

    private static void Queue(GpuStream stream, GpuKernel kernel, GpuAttentionCall call, GpuCacheTokens tokens, int perSequence, int rows)
    {
        long groups = tokens.Groups(perSequence, rows, kernel.TileRows);
        GpuGrid.CheckGroups(groups, $"{tokens.Past.Length} sequences with up to {tokens.Longest} new tokens", "query");
        call.Tiles = (rows + kernel.TileRows - 1) / kernel.TileRows;
        stream.Context.Load(kernel)(stream.Native, new KernelConfig((int)groups, kernel.Threads), call);
    }
}

/// <summary>The numbers of tokens that decide how a call over a cache is cut.</summary>
/// <param name="Past">What each sequence held before.</param>
/// <param name="Longest">The most new tokens of a sequence.</param>
/// <param name="LongestDecoded">The most of those few enough to be decoded; 0: none is.</param>
/// <param name="LongestSequence">The most tokens of a sequence, the new ones included.</param>
/// <param name="MostParts">The most parts that a decoded sequence is cut into.</param>
internal readonly record struct GpuCacheTokens(int[] Past, int Longest, int LongestDecoded, int LongestSequence, int MostParts)
{
    public static GpuCacheTokens Of(KernelDescription description, GpuKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments, int length, bool decodes)
    {
        int[] past = new int[sequences.Length];
        int longest = 0, decoded = 0, sequence = 0, parts = 0;
        for (int s = 0; s < past.Length; s++)
        {
            int tokens = CachedCalls.Tokens(arguments, length, s);
            past[s] = cache.Length(sequences[s]);
            (longest, sequence) = (Math.Max(longest, tokens), Math.Max(sequence, past[s] + tokens));
            if (decodes && tokens is > 0 and <= CacheChecks.MostDecodeTokens)
            {
                decoded = Math.Max(decoded, tokens);
                parts = Math.Max(parts, GpuDecodeCut.Of(past[s], past[s] + tokens, description.CacheReach, description.CacheSinks).Parts);
            }
        }

        return new GpuCacheTokens(past, longest, decoded, sequence, parts);
    }

    /// <summary>Groups that take <paramref name="rows"/> rows of each sequence, times <paramref name="perSequence"/>.</summary>
    public long Groups(int perSequence, int rows, int tileRows) => (long)Past.Length * perSequence * ((rows + tileRows - 1) / tileRows);
}
