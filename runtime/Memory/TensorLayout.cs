namespace AttentionGen;

/// <summary>Sizes and strides, in elements, of a <c>[batch, heads, length, dim]</c> tensor whose last dimension is contiguous.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Length">Positions.</param>
/// <param name="Dim">Features per head.</param>
/// <param name="BatchStride">Elements from one sequence to the next.</param>
/// <param name="HeadStride">Elements from one head to the next.</param>
/// <param name="RowStride">Elements from one position to the next.</param>
public readonly record struct TensorLayout(int Batch, int Heads, int Length, int Dim, long BatchStride, long HeadStride, long RowStride)
{
    /// <summary>Elements that the view addresses (not the span from first to last).</summary>
    public long Count => checked((long)Batch * Heads * Length * Dim);

    /// <summary>The layout of contiguous <c>[batch, heads, length, dim]</c> data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the sizes overflow.</exception>
    public static TensorLayout HeadsFirst(int batch, int heads, int length, int dim)
    {
        CheckSizes(batch, heads, length, dim);
        return new(batch, heads, length, dim, (long)heads * length * dim, (long)length * dim, dim);
    }

    /// <summary>The layout of contiguous <c>[batch, length, heads * dim]</c> data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the sizes overflow.</exception>
    public static TensorLayout Packed(int batch, int length, int heads, int dim)
    {
        CheckSizes(batch, heads, length, dim);
        return new(batch, heads, length, dim, (long)length * heads * dim, dim, (long)heads * dim);
    }

    /// <summary>Index one past the last element the view addresses; 0 for an empty view.</summary>
    internal long End => Count == 0 ? 0 : ((Batch - 1L) * BatchStride) + ((Heads - 1L) * HeadStride) + ((Length - 1L) * RowStride) + Dim;

    internal void CheckFits(long available)
    {
        CheckSizes(Batch, Heads, Length, Dim);
        ArgumentOutOfRangeException.ThrowIfNegative(BatchStride);
        ArgumentOutOfRangeException.ThrowIfNegative(HeadStride);
        ArgumentOutOfRangeException.ThrowIfNegative(RowStride);
        long end;
        try
        {
            end = Count == 0 ? 0 : checked(((Batch - 1L) * BatchStride) + ((Heads - 1L) * HeadStride) + ((Length - 1L) * RowStride) + Dim);
        }
        catch (OverflowException)
        {
            throw new ArgumentOutOfRangeException("data", $"The strides of {this} overflow a 64-bit index.");
        }

        if (end > available)
        {
            throw new ArgumentException($"The view {this} needs {end} elements, but the data holds {available}.", "data");
        }
    }

    internal void CheckExact(int available, string? name)
    {
        if (Count != available)
        {
            throw new ArgumentException($"Expected [{Batch}, {Heads}, {Length}, {Dim}] = {Count} elements (batch, heads, length, dim), but the span holds {available}.", name);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"[batch {Batch}, heads {Heads}, length {Length}, dim {Dim}; strides {BatchStride}, {HeadStride}, {RowStride}]";

    private static void CheckSizes(int batch, int heads, int length, int dim)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(heads);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(dim);
        Int128 count = (Int128)batch * heads * length * dim;
        if (count > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(length), $"[{batch}, {heads}, {length}, {dim}] has {count} elements; a span holds at most {Array.MaxLength}.");
        }
    }
}
