namespace AttentionGen;

/// <summary>A mask in which <c>true</c> means the query may attend to the key. Broadcasts over sizes of 1.</summary>
/// <param name="values"><c>[batch or 1, heads or 1, queryLength or 1, keyLength]</c>, contiguous.</param>
/// <param name="batch">Sequences, or 1.</param>
/// <param name="heads">Query heads, or 1.</param>
/// <param name="queryLength">Queries, or 1.</param>
/// <param name="keyLength">Keys.</param>
public readonly ref struct KeepMask(ReadOnlySpan<bool> values, int batch, int heads, int queryLength, int keyLength)
{
    /// <summary>The elements.</summary>
    public ReadOnlySpan<bool> Values { get; } = MaskShape.Check(values, batch, heads, queryLength, keyLength);

    /// <summary>The sizes.</summary>
    public MaskShape Shape { get; } = new(batch, heads, queryLength, keyLength);

    /// <summary>A mask over (query, key) pairs shared by all sequences and heads.</summary>
    public KeepMask(ReadOnlySpan<bool> values, int queryLength, int keyLength)
        : this(values, 1, 1, queryLength, keyLength)
    {
    }
}

/// <summary>A mask in which <c>true</c> means the key is hidden from the query. Broadcasts over sizes of 1.</summary>
/// <param name="values"><c>[batch or 1, heads or 1, queryLength or 1, keyLength]</c>, contiguous.</param>
/// <param name="batch">Sequences, or 1.</param>
/// <param name="heads">Query heads, or 1.</param>
/// <param name="queryLength">Queries, or 1.</param>
/// <param name="keyLength">Keys.</param>
public readonly ref struct DropMask(ReadOnlySpan<bool> values, int batch, int heads, int queryLength, int keyLength)
{
    /// <summary>The elements.</summary>
    public ReadOnlySpan<bool> Values { get; } = MaskShape.Check(values, batch, heads, queryLength, keyLength);

    /// <summary>The sizes.</summary>
    public MaskShape Shape { get; } = new(batch, heads, queryLength, keyLength);

    /// <summary>A mask over (query, key) pairs shared by all sequences and heads.</summary>
    public DropMask(ReadOnlySpan<bool> values, int queryLength, int keyLength)
        : this(values, 1, 1, queryLength, keyLength)
    {
    }
}

/// <summary>Numbers added to the scaled scores before the softmax. Broadcasts over sizes of 1.</summary>
/// <param name="values"><c>[batch or 1, heads or 1, queryLength or 1, keyLength]</c>, contiguous; natural-log units.</param>
/// <param name="batch">Sequences, or 1.</param>
/// <param name="heads">Query heads, or 1.</param>
/// <param name="queryLength">Queries, or 1.</param>
/// <param name="keyLength">Keys.</param>
public readonly ref struct ScoreBias(ReadOnlySpan<float> values, int batch, int heads, int queryLength, int keyLength)
{
    /// <summary>The elements.</summary>
    public ReadOnlySpan<float> Values { get; } = MaskShape.Check(values, batch, heads, queryLength, keyLength);

    /// <summary>The sizes.</summary>
    public MaskShape Shape { get; } = new(batch, heads, queryLength, keyLength);

    /// <summary>A bias over (query, key) pairs shared by all sequences and heads.</summary>
    public ScoreBias(ReadOnlySpan<float> values, int queryLength, int keyLength)
        : this(values, 1, 1, queryLength, keyLength)
    {
    }
}

/// <summary>The four sizes of a mask or bias.</summary>
/// <param name="Batch">Sequences, or 1.</param>
/// <param name="Heads">Query heads, or 1.</param>
/// <param name="QueryLength">Queries, or 1.</param>
/// <param name="KeyLength">Keys.</param>
public readonly record struct MaskShape(int Batch, int Heads, int QueryLength, int KeyLength)
{
    /// <summary>Elements.</summary>
    public long Count => TensorLayout.HeadsFirst(Batch, Heads, QueryLength, KeyLength).Count;

    internal static ReadOnlySpan<T> Check<T>(ReadOnlySpan<T> values, int batch, int heads, int queryLength, int keyLength)
    {
        TensorLayout layout = TensorLayout.HeadsFirst(batch, heads, queryLength, keyLength);
        layout.CheckExact(values.Length, nameof(values));
        return values;
    }

    /// <summary>The shape that both broadcast to; sizes of 1 do, but for keys.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public MaskShape Broadcast(MaskShape other)
    {
        bool fits = Fits(Batch, other.Batch) && Fits(Heads, other.Heads) && Fits(QueryLength, other.QueryLength) && KeyLength == other.KeyLength;
        return fits
            ? new(Larger(Batch, other.Batch), Larger(Heads, other.Heads), Larger(QueryLength, other.QueryLength), KeyLength)
            : throw new ArgumentException($"Masks {this} and {other} do not fit: expected equal key lengths, and batch, heads and query length that are equal or 1.", "second");

        static bool Fits(int left, int right) => left == right || left == 1 || right == 1;
        static int Larger(int left, int right) => left == 1 ? right : left;
    }

    /// <summary>Which row of the mask's own memory the pair's row is.</summary>
    internal int Row(int batch, int head, int query) =>
        ((((Batch == 1 ? 0 : batch) * Heads) + (Heads == 1 ? 0 : head)) * QueryLength) + (QueryLength == 1 ? 0 : query);

    /// <inheritdoc/>
    public override string ToString() => $"[{Batch}, {Heads}, {QueryLength}, {KeyLength}]";
}
