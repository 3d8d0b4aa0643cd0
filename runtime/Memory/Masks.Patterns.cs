namespace AttentionGen;

public static partial class Masks
{
    /// <summary>Hides every key after its query (a causal mask).</summary>
    /// <param name="length">Queries, and as many keys.</param>
    /// <returns>A mask <c>[1, 1, length, length]</c>.</returns>
    public static KeepMask LookAhead(int length) => LookAhead(length, length, CausalAlignment.TopLeft);

    /// <summary>Hides every key after its query (a causal mask).</summary>
    /// <param name="queryLength">Queries.</param>
    /// <param name="keyLength">Keys.</param>
    /// <param name="alignment">Which key query 0 stands at.</param>
    /// <returns>A mask <c>[1, 1, queryLength, keyLength]</c>.</returns>
    /// <exception cref="ArgumentException">The lengths differ and the alignment is unspecified.</exception>
    public static KeepMask LookAhead(int queryLength, int keyLength, CausalAlignment alignment) =>
        LookAhead(queryLength, keyLength, alignment, new bool[Count(queryLength, keyLength)]);

    /// <inheritdoc cref="LookAhead(int, int, CausalAlignment)"/>
    /// <remarks>destination: <c>[queryLength, keyLength]</c>: receives the mask.</remarks>
    public static KeepMask LookAhead(int queryLength, int keyLength, CausalAlignment alignment, Span<bool> destination) =>
        Window(queryLength, keyLength, int.MaxValue, 0, alignment, destination);

    /// <summary>Shows each query the keys of a symmetric window around it: <c>|i - j| &lt;= window / 2</c>, as <c>[Attention(Type = "local")]</c> counts.</summary>
    /// <param name="length">Queries, and as many keys.</param>
    /// <param name="window">The window, in keys.</param>
    /// <returns>A mask <c>[1, 1, length, length]</c>.</returns>
    public static KeepMask Window(int length, int window)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        return Window(length, length, window / 2, window / 2, CausalAlignment.TopLeft);
    }

    /// <summary>Shows each query the keys from <paramref name="left"/> before it to <paramref name="right"/> after it, inclusive.</summary>
    /// <param name="queryLength">Queries.</param>
    /// <param name="keyLength">Keys.</param>
    /// <param name="left">Keys visible before the query.</param>
    /// <param name="right">Keys visible after the query.</param>
    /// <param name="alignment">Which key query 0 stands at.</param>
    /// <returns>A mask <c>[1, 1, queryLength, keyLength]</c>.</returns>
    /// <exception cref="ArgumentException">The lengths differ and the alignment is unspecified.</exception>
    public static KeepMask Window(int queryLength, int keyLength, int left, int right, CausalAlignment alignment) =>
        Window(queryLength, keyLength, left, right, alignment, new bool[Count(queryLength, keyLength)]);

    /// <inheritdoc cref="Window(int, int, int, int, CausalAlignment)"/>
    /// <remarks>destination: <c>[queryLength, keyLength]</c>: receives the mask.</remarks>
    public static KeepMask Window(int queryLength, int keyLength, int left, int right, CausalAlignment alignment, Span<bool> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(right);
        KeepMask mask = new(CheckDestination(destination, 1, 1, queryLength, keyLength), queryLength, keyLength);
        int offset = Offset(queryLength, keyLength, alignment);
        for (int i = 0; i < queryLength; i++)
        {
            ShowOnly(destination.Slice(i * keyLength, keyLength), (long)i + offset - left, (long)i + offset + right + 1);
        }

        return mask;
    }

    /// <summary>Shows each query the keys of its own block, and of neighbouring ones.</summary>
    /// <param name="length">Queries, and as many keys.</param>
    /// <param name="blockSize">Positions in a block.</param>
    /// <param name="neighbours">Blocks visible to each side.</param>
    /// <returns>A mask <c>[1, 1, length, length]</c>.</returns>
    public static KeepMask Block(int length, int blockSize, int neighbours = 0) =>
        Block(length, blockSize, new bool[Count(length, length)], neighbours);

    /// <inheritdoc cref="Block(int, int, int)"/>
    /// <remarks>destination: <c>[length, length]</c>: receives the mask.</remarks>
    public static KeepMask Block(int length, int blockSize, Span<bool> destination, int neighbours = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        ArgumentOutOfRangeException.ThrowIfNegative(neighbours);
        KeepMask mask = new(CheckDestination(destination, 1, 1, length, length), length, length);
        for (int i = 0; i < length; i++)
        {
            long start = (long)(i / blockSize) * blockSize;
            long reach = (long)neighbours * blockSize;
            ShowOnly(destination.Slice(i * length, length), start - reach, start + blockSize + reach);
        }

        return mask;
    }

    /// <summary>Shows each query the keys of its own document: those with the same id, for sequences packed of several documents.</summary>
    /// <param name="documentIds"><c>[batch, length]</c>; any numbers, one per document.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions of each.</param>
    /// <returns>A mask <c>[batch, 1, length, length]</c>.</returns>
    /// <exception cref="ArgumentException">The span does not hold exactly <c>batch * length</c> ids.</exception>
    public static KeepMask Documents(ReadOnlySpan<int> documentIds, int batch, int length)
    {
        CheckTokens(documentIds, batch, length);
        return Documents(documentIds, batch, length, new bool[TensorLayout.HeadsFirst(batch, 1, length, length).Count]);
    }

    /// <inheritdoc cref="Documents(ReadOnlySpan{int}, int, int)"/>
    /// <remarks>destination: <c>[batch, 1, length, length]</c>: receives the mask.</remarks>
    public static KeepMask Documents(ReadOnlySpan<int> documentIds, int batch, int length, Span<bool> destination)
    {
        CheckTokens(documentIds, batch, length);
        KeepMask mask = new(CheckDestination(destination, batch, 1, length, length), batch, 1, length, length);
        for (int query = 0; query < documentIds.Length; query++)
        {
            ReadOnlySpan<int> keys = documentIds.Slice(query / length * length, length);
            Span<bool> row = destination.Slice(query * length, length);
            int document = documentIds[query];
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = keys[j] == document;
            }
        }

        return mask;
    }

    // Keys first to past - 1 are visible; both may lie outside of the row.
    private static void ShowOnly(Span<bool> row, long first, long past)
    {
        int start = (int)Math.Clamp(first, 0, row.Length);
        int end = (int)Math.Clamp(past, start, row.Length);
        row[..start].Clear();
        row[start..end].Fill(true);
        row[end..].Clear();
    }

    private static int Count(int queryLength, int keyLength) => (int)TensorLayout.HeadsFirst(1, 1, queryLength, keyLength).Count;

    private static int Offset(int queryLength, int keyLength, CausalAlignment alignment) => alignment switch
    {
        CausalAlignment.TopLeft => 0,
        CausalAlignment.BottomRight => keyLength - queryLength,
        _ when queryLength == keyLength => 0,
        _ => throw new ArgumentException($"{queryLength} queries and {keyLength} keys: expected an alignment, TopLeft or BottomRight, but got {alignment}.", nameof(alignment)),
    };
}
