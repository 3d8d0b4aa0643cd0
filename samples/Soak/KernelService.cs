using AttentionGen;

namespace Soak;

/// <summary>A kernel: queries, keys and values are functions of the tokens.</summary>
internal sealed class KernelService : Service
{
    public override KvShape CacheShape => Served.CacheShape;

    public override int Width => Served.Heads * Served.ValueDim;

    public override void Run(ReadOnlySpan<int> tokens, int[] starts, float[] output, KvCache cache, int[] sequences)
    {
        Rows rows = Rows.Of(tokens);
        Served.Prefill(
            ReadOnlyTensorView.Packed(rows.Query, 1, tokens.Length, Served.Heads, Served.HeadDim),
            ReadOnlyTensorView.Packed(rows.Key, 1, tokens.Length, Served.KvHeads, Served.HeadDim),
            ReadOnlyTensorView.Packed(rows.Value, 1, tokens.Length, Served.KvHeads, Served.ValueDim),
            TensorView.Packed(output, 1, tokens.Length, Served.Heads, Served.ValueDim),
            cache,
            sequences,
            new AttentionArguments { CumulativeLengths = starts });
    }

    public override float[] Recompute(ReadOnlySpan<int> tokens, int count)
    {
        Rows rows = Rows.Of(tokens);
        float[] expected = new float[count * Width];
        Fresh.Forward(
            ReadOnlyTensorView.Packed(rows.Query.AsSpan((tokens.Length - count) * Served.Heads * Served.HeadDim), 1, count, Served.Heads, Served.HeadDim),
            ReadOnlyTensorView.Packed(rows.Key, 1, tokens.Length, Served.KvHeads, Served.HeadDim),
            ReadOnlyTensorView.Packed(rows.Value, 1, tokens.Length, Served.KvHeads, Served.ValueDim),
            TensorView.Packed(expected, 1, count, Served.Heads, Served.ValueDim));
        return expected;
    }

    private sealed record Rows(float[] Query, float[] Key, float[] Value)
    {
        public static Rows Of(ReadOnlySpan<int> tokens)
        {
            Rows rows = new(new float[tokens.Length * Served.Heads * Served.HeadDim], new float[tokens.Length * Served.KvHeads * Served.HeadDim], new float[tokens.Length * Served.KvHeads * Served.ValueDim]);
            TokenRows.Write(tokens, rows.Query, rows.Key, rows.Value);
            return rows;
        }
    }
}
