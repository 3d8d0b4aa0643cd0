using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests.Caches;

/// <summary>
/// The simple model that caches are held against: a sequence is a list of token ids, and a token's keys and values are a function of its id. They are whole numbers up to 127, one of
/// them 127 in every block of 4 features, so that every precision stores them exactly.
/// </summary>
internal static unsafe class KvTokens
{
    private const int Largest = 127;

    /// <summary>Two heads, head dim 8, value dim 12.</summary>
    public static KvShape Shape(KvPrecision precision = KvPrecision.Single, int pageTokens = 16) =>
        new(2, 8, 12, precision, precision == KvPrecision.Int8 ? 4 : 0, pageTokens);

    /// <summary>Reserves room for tokens and writes them, without committing.</summary>
    public static void Write(KvCache cache, int sequence, ReadOnlySpan<int> ids)
    {
        cache.Reserve(sequence, ids.Length);
        KvSequence view = cache.View(sequence);
        KvShape shape = cache.Shape;
        float* row = stackalloc float[shape.ValueDim];
        for (int n = 0; n < ids.Length; n++)
        {
            int token = view.Length + n;
            for (int h = 0; h < shape.KvHeads; h++)
            {
                byte* head = view.Head(token / shape.PageTokens, h);
                Fill(row, shape.HeadDim, ids[n], (2 * h) + 1);
                KvRows.WriteKey(shape, head, token % shape.PageTokens, row);
                Fill(row, shape.ValueDim, ids[n], 2 * h);
                KvRows.WriteValue(shape, head, token % shape.PageTokens, row);
            }
        }
    }

    /// <summary>Writes tokens and commits them.</summary>
    public static void Append(KvCache cache, int sequence, params ReadOnlySpan<int> ids)
    {
        Write(cache, sequence, ids);
        cache.Commit(sequence, ids.Length);
    }

    /// <summary>Whatever the cache says that it holds of a sequence is what the model has, and behind it are zeros.</summary>
    /// <returns>Tokens that the cache holds.</returns>
    public static int Check(KvCache cache, int sequence, IReadOnlyList<int> ids)
    {
        KvShape shape = cache.Shape;
        KvSequence view = cache.View(sequence);
        Assert.Equal(ids.Count, cache.Length(sequence));
        Assert.Equal(ids.Count, view.Length);
        int held = 0;
        for (int token = 0; token < ids.Count; token++)
        {
            if (token < view.FixedPages * shape.PageTokens || token >= view.FirstToken)
            {
                Assert.True(Holds(shape, view, token, ids[token]), $"{shape}, sequence {sequence}, token {token} of {ids.Count}, id {ids[token]}");
                held++;
            }
        }

        for (int token = ids.Count; token % shape.PageTokens != 0; token++)
        {
            Assert.True(Holds(shape, view, token, null), $"{shape}, sequence {sequence}: slot of token {token} is not zero, the length is {ids.Count}");
        }

        return held;
    }

    private static bool Holds(KvShape shape, KvSequence view, int token, int? id)
    {
        float* found = stackalloc float[shape.ValueDim];
        float* expected = stackalloc float[shape.ValueDim];
        new Span<float>(expected, shape.ValueDim).Clear();
        for (int h = 0; h < shape.KvHeads; h++)
        {
            byte* head = view.Head(token / shape.PageTokens, h);
            Fill(expected, id is null ? 0 : shape.HeadDim, id ?? 0, (2 * h) + 1);
            KvRows.ReadKey(shape, head, token % shape.PageTokens, found);
            bool same = new Span<float>(expected, shape.HeadDim).SequenceEqual(new Span<float>(found, shape.HeadDim));
            Fill(expected, id is null ? 0 : shape.ValueDim, id ?? 0, 2 * h);
            KvRows.ReadValue(shape, head, token % shape.PageTokens, found);
            if (!same || !new Span<float>(expected, shape.ValueDim).SequenceEqual(new Span<float>(found, shape.ValueDim)))
            {
                return false;
            }
        }

        return true;
    }

    private static void Fill(float* row, int dim, int id, int part)
    {
        for (int c = 0; c < dim; c++)
        {
            row[c] = c % 4 == 0 ? Largest : ((((id * 31) + part) * 37) + (c * 11)) % Largest;
        }
    }
}
