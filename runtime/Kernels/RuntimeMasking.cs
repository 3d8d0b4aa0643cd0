using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Applies the masks and bias of a call to one tile's scores, between the scores and the softmax.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class RuntimeMasking
{
    private const float Log2OfE = 1.44269504f;

    /// <summary>Hides and biases scores [rows, from..to) in base-2 units, and finds the tile's maxima anew.</summary>
    /// <param name="call">The call that holds the masks.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head.</param>
    /// <param name="query">The tile's first query.</param>
    /// <param name="rows">Real rows of the tile.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">One past the last key.</param>
    /// <param name="keys">The index of each key, where they are not consecutive; null: <paramref name="from"/>, from + 1, ...</param>
    /// <param name="scores">The score of the first query and key.</param>
    /// <param name="stride">Floats from one row of scores to the next.</param>
    /// <param name="tileMax"><c>[rows, lanes]</c>: receives each row's maximum in its first lane.</param>
    /// <param name="lanes">Lanes of <paramref name="tileMax"/>.</param>
    public static void Apply(AttentionCall* call, int batch, int head, int query, int rows, int from, int to, float* keys, float* scores, int stride, float* tileMax, int lanes)
    {
        ref RuntimeMask mask = ref call->Mask;
        for (int r = 0; r < rows; r++)
        {
            bool* keep = mask.Keep == null ? null : mask.Keep + mask.KeepStrides.Offset(batch, head, query + r);
            bool* drop = mask.Drop == null ? null : mask.Drop + mask.DropStrides.Offset(batch, head, query + r);
            float* bias = mask.Bias == null ? null : mask.Bias + mask.BiasStrides.Offset(batch, head, query + r);
            float* row = scores + (r * stride);
            float highest = float.NegativeInfinity;
            for (int n = 0; n < to - from; n++)
            {
                int j = (keys == null ? from + n : (int)keys[n]) - mask.FirstKey;
                if (j < 0)
                {
                    highest = highest > row[n] ? highest : row[n];
                    continue;
                }

                bool visible = row[n] != float.NegativeInfinity && (keep == null || keep[j]) && (drop == null || !drop[j]);
                float score = !visible ? float.NegativeInfinity : bias == null ? row[n] : row[n] + (bias[j] * Log2OfE);
                row[n] = score;
                highest = highest > score ? highest : score;
            }

            new Span<float>(tileMax + (r * lanes), lanes).Fill(float.NegativeInfinity);
            tileMax[r * lanes] = highest;
        }
    }
}
