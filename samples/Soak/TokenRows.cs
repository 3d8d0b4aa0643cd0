namespace Soak;

/// <summary>Stands in for a model's embedding or projections: a token's rows are functions of its number alone.</summary>
internal static class TokenRows
{
    private const int Query = 0, Key = 1, Value = 2, Embedding = 3;

    /// <summary>Writes the embeddings of tokens, <c>[tokens, width]</c>.</summary>
    public static void Write(ReadOnlySpan<int> tokens, Span<float> rows)
    {
        for (int n = 0; n < tokens.Length; n++)
        {
            Draw(tokens[n], Embedding, Row(rows, n, tokens.Length));
        }
    }

    /// <summary>Writes the rows of tokens, <c>[tokens, heads * dim]</c> each.</summary>
    public static void Write(ReadOnlySpan<int> tokens, Span<float> query, Span<float> key, Span<float> value)
    {
        for (int n = 0; n < tokens.Length; n++)
        {
            Draw(tokens[n], Query, Row(query, n, tokens.Length));
            Draw(tokens[n], Key, Row(key, n, tokens.Length));
            Draw(tokens[n], Value, Row(value, n, tokens.Length));
        }
    }

    private static Span<float> Row(Span<float> rows, int n, int count) => rows.Slice(n * (rows.Length / count), rows.Length / count);

    // SplitMix64 (Steele, Lea and Flood 2014), uniform in [-1.5, 1.5).
    private static void Draw(int token, int kind, Span<float> row)
    {
        ulong state = ((ulong)(uint)token << 2) | (uint)kind;
        foreach (ref float element in row)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            element = (((z ^ (z >> 31)) >> 40) * (3f / (1 << 24))) - 1.5f;
        }
    }
}
