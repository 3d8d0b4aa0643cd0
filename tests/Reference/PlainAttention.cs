namespace AttentionGen.Reference;

/// <summary>
/// Attention as a competent developer writes it by hand without SIMD: single precision, one row of scores at a time, masked keys
/// skipped by loop bounds. The baseline that "speed-up over plain C#" is counted against.
/// </summary>
public static class PlainAttention
{
    /// <summary>Computes softmax(q.k * scale) v for every row.</summary>
    /// <param name="query"><c>[batch, heads, queryLength, headDim]</c>.</param>
    /// <param name="key"><c>[batch, kvHeads, keyLength, headDim]</c>.</param>
    /// <param name="value"><c>[batch, kvHeads, keyLength, valueDim]</c>.</param>
    /// <param name="output"><c>[batch, heads, queryLength, valueDim]</c>.</param>
    /// <param name="sizes">The sizes.</param>
    /// <param name="left">Keys visible to the left of the query; <see cref="int.MaxValue"/> for all.</param>
    /// <param name="right">Keys visible to the right of the query: 0 is causal, <see cref="int.MaxValue"/> is all.</param>
    public static void Forward(
        ReadOnlySpan<float> query,
        ReadOnlySpan<float> key,
        ReadOnlySpan<float> value,
        Span<float> output,
        AttentionSizes sizes,
        int left = int.MaxValue,
        int right = int.MaxValue)
    {
        float scale = 1 / MathF.Sqrt(sizes.HeadDim);
        var weights = new float[sizes.KeyLength];
        for (int row = 0; row < sizes.RowCount; row++)
        {
            int i = row % sizes.QueryLength;
            int head = row / sizes.QueryLength % sizes.Heads;
            int firstKeyRow = sizes.KeyRow(row / sizes.QueryLength / sizes.Heads, sizes.KvHeadOf(head), 0);
            int from = (int)Math.Max(0, (long)i - left);
            int to = (int)Math.Min(sizes.KeyLength - 1, (long)i + right);
            Row(
                query.Slice(row * sizes.HeadDim, sizes.HeadDim),
                key.Slice(firstKeyRow * sizes.HeadDim, sizes.KeyLength * sizes.HeadDim),
                value.Slice(firstKeyRow * sizes.ValueDim, sizes.KeyLength * sizes.ValueDim),
                output.Slice(row * sizes.ValueDim, sizes.ValueDim),
                weights,
                scale,
                from,
                to);
        }
    }

    private static void Row(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> output, float[] weights, float scale, int from, int to)
    {
        float max = float.NegativeInfinity;
        for (int j = from; j <= to; j++)
        {
            ReadOnlySpan<float> key = keys.Slice(j * query.Length, query.Length);
            float dot = 0;
            for (int c = 0; c < query.Length; c++)
            {
                dot += query[c] * key[c];
            }

            weights[j] = dot * scale;
            max = MathF.Max(max, weights[j]);
        }

        float sum = 0;
        output.Clear();
        for (int j = from; j <= to; j++)
        {
            float weight = MathF.Exp(weights[j] - max);
            ReadOnlySpan<float> value = values.Slice(j * output.Length, output.Length);
            sum += weight;
            for (int c = 0; c < output.Length; c++)
            {
                output[c] += weight * value[c];
            }
        }

        for (int c = 0; c < output.Length && sum > 0; c++)
        {
            output[c] /= sum;
        }
    }
}
