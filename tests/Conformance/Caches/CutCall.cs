using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Caches;

/// <summary>Runs one call over whole sequences as several over a cache, each with the next tokens, so that the checks of whole calls hold it to the same oracle.</summary>
public static class CutCall
{
    /// <summary>A new contiguous cache for a call.</summary>
    public static KvCache NewCache(CacheHost host, KernelCall call) =>
        new ContiguousKvCache(host.Shape, call.Key.Layout.Batch, Math.Max(1, call.Key.Layout.Length + 3));

    /// <summary>Feeds the call's tokens in pieces.</summary>
    /// <param name="host">The kernel.</param>
    /// <param name="whole">The call.</param>
    /// <param name="pieces">Tokens of each piece, which add up to the call's.</param>
    /// <param name="cache">An empty cache.</param>
    /// <param name="onlyNew">Whether masks are passed for the new tokens alone.</param>
    public static void Run(CacheHost host, KernelCall whole, IReadOnlyList<int> pieces, IKvCache cache, bool onlyNew = false) => RunFrom(host, whole, pieces, cache, 0, onlyNew);

    /// <summary>Feeds the call's tokens from <paramref name="from"/> on, where the cache holds those before.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    public static void RunFrom(CacheHost host, KernelCall whole, IReadOnlyList<int> pieces, IKvCache cache, int from, bool onlyNew = false)
    {
        int[] sequences = [.. Enumerable.Range(0, whole.Key.Layout.Batch)];
        foreach (int tokens in pieces)
        {
            KernelCall piece = Piece(whole, from, tokens, onlyNew ? from : 0);
            (tokens <= 16 && from % 2 == 0 ? host.Decode : host.Prefill)(new CacheCall(piece, cache, sequences));
            if (whole.LogSumExp is { } logSumExp)
            {
                Copy(piece.LogSumExp!, logSumExp, from);
            }

            from += tokens;
        }
    }

    /// <summary>Random pieces: single tokens, a few, and many.</summary>
    public static int[] RandomPieces(Random random, int length, int most = int.MaxValue)
    {
        List<int> pieces = [];
        for (int left = length; left > 0; left -= pieces[^1])
        {
            pieces.Add(Math.Min(Math.Min(left, most), random.Next(6) switch { 0 => 1, 1 => random.Next(1, 17), 2 => 16, 3 => random.Next(17, 70), _ => random.Next(1, length + 1) }));
        }

        return [.. pieces];
    }

    /// <summary>The call's tokens [from, from + tokens).</summary>
    public static KernelCall Piece(KernelCall whole, int from, int tokens, int firstMaskedKey = 0)
    {
        CallInputs inputs = whole.Inputs;
        int length = whole.Query.Layout.Length, end = from + tokens;
        return whole.With(
            inputs with
            {
                QueryPositions = inputs.QueryPositions is { } positions ? Rows(positions, length, from, end) : null,
                Keep = Cut(inputs.Keep, from, end, firstMaskedKey),
                Drop = Cut(inputs.Drop, from, end, firstMaskedKey),
                Bias = Cut(inputs.Bias, from, end, firstMaskedKey),
                Blocks = Cut(inputs.Blocks, from, end, 0),
            },
            query: Rows(whole.Query, from, tokens),
            key: Rows(whole.Key, from, tokens),
            value: Rows(whole.Value, from, tokens),
            output: Rows(whole.Output, from, tokens),
            logSumExp: whole.LogSumExp is null ? null : new TensorBuffer(whole.Query.Layout.Batch, whole.Query.Layout.Heads, tokens, 1, Arrangement.HeadsFirst));
    }

    private static TensorBuffer Rows(TensorBuffer tensor, int from, int tokens) =>
        new(tensor.Data, checked((int)(tensor.Offset + (from * tensor.Layout.RowStride))), tensor.Layout with { Length = tokens });

    private static int[] Rows(int[] positions, int length, int from, int end) =>
        [.. Enumerable.Range(0, positions.Length / length).SelectMany(row => positions[((row * length) + from)..((row * length) + end)])];

    private static Broadcast<T>? Cut<T>(Broadcast<T>? mask, int from, int end, int firstKey)
    {
        if (mask is null)
        {
            return null;
        }

        (int first, int last) = mask.Queries == 1 ? (0, 1) : (from, end);
        T[] values =
        [
            .. Enumerable.Range(0, mask.Batch * mask.Heads).SelectMany(head => Enumerable.Range(first, last - first).SelectMany(query =>
                mask.Values.Skip((((head * mask.Queries) + query) * mask.Keys) + firstKey).Take(end - firstKey))),
        ];
        return new Broadcast<T>(values, mask.Batch, mask.Heads, last - first, end - firstKey);
    }

    private static void Copy(TensorBuffer piece, TensorBuffer whole, int from)
    {
        TensorLayout layout = piece.Layout;
        for (int row = 0; row < layout.Batch * layout.Heads * layout.Length; row++)
        {
            (int batch, int head, int token) = (row / layout.Length / layout.Heads, row / layout.Length % layout.Heads, row % layout.Length);
            whole.At(batch, head, from + token, 0) = piece.At(batch, head, token, 0);
        }
    }
}
