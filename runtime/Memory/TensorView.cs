using System.Runtime.CompilerServices;

namespace AttentionGen;

/// <summary>
/// A writable view of a <c>[batch, heads, length, dim]</c> tensor of floats with explicit strides; the last dimension is contiguous.
/// Holds no memory of its own and copies nothing.
/// </summary>
public readonly ref struct TensorView
{
    /// <summary>A view with explicit strides.</summary>
    /// <param name="data">The elements; element (b, h, i, c) stands at <c>b*batchStride + h*headStride + i*rowStride + c</c>.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="length">Positions.</param>
    /// <param name="dim">Features per head, contiguous.</param>
    /// <param name="batchStride">Floats from one sequence to the next.</param>
    /// <param name="headStride">Floats from one head to the next.</param>
    /// <param name="rowStride">Floats from one position to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or stride is negative.</exception>
    /// <exception cref="ArgumentException"><paramref name="data"/> ends before the last element of the view.</exception>
    public TensorView(Span<float> data, int batch, int heads, int length, int dim, long batchStride, long headStride, long rowStride)
    {
        Layout = new TensorLayout(batch, heads, length, dim, batchStride, headStride, rowStride);
        Layout.CheckFits(data.Length);
        Data = data;
    }

    /// <summary>The elements the view is cut from.</summary>
    public Span<float> Data { get; }

    /// <summary>Sizes and strides.</summary>
    public TensorLayout Layout { get; }

    /// <summary>A view of contiguous <c>[batch, heads, length, dim]</c> data.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly that many elements.</exception>
    public static TensorView HeadsFirst(Span<float> data, int batch, int heads, int length, int dim, [CallerArgumentExpression(nameof(data))] string? name = null)
    {
        TensorLayout layout = TensorLayout.HeadsFirst(batch, heads, length, dim);
        layout.CheckExact(data.Length, name);
        return new TensorView(data, layout);
    }

    /// <summary>A view of contiguous <c>[batch, length, heads * dim]</c> data, as a projection writes it.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly that many elements.</exception>
    public static TensorView Packed(Span<float> data, int batch, int length, int heads, int dim, [CallerArgumentExpression(nameof(data))] string? name = null)
    {
        TensorLayout layout = TensorLayout.Packed(batch, length, heads, dim);
        layout.CheckExact(data.Length, name);
        return new TensorView(data, layout);
    }

    /// <summary>The same view, read-only.</summary>
    public static implicit operator ReadOnlyTensorView(TensorView view) => new(view.Data, view.Layout);

    internal TensorView(Span<float> data, TensorLayout layout)
    {
        Data = data;
        Layout = layout;
    }
}

/// <summary>
/// A read-only view of a <c>[batch, heads, length, dim]</c> tensor of floats with explicit strides; the last dimension is contiguous.
/// Holds no memory of its own and copies nothing.
/// </summary>
public readonly ref struct ReadOnlyTensorView
{
    /// <inheritdoc cref="TensorView(Span{float}, int, int, int, int, long, long, long)"/>
    public ReadOnlyTensorView(ReadOnlySpan<float> data, int batch, int heads, int length, int dim, long batchStride, long headStride, long rowStride)
    {
        Layout = new TensorLayout(batch, heads, length, dim, batchStride, headStride, rowStride);
        Layout.CheckFits(data.Length);
        Data = data;
    }

    /// <summary>The elements the view is cut from.</summary>
    public ReadOnlySpan<float> Data { get; }

    /// <summary>Sizes and strides.</summary>
    public TensorLayout Layout { get; }

    /// <inheritdoc cref="TensorView.HeadsFirst"/>
    public static ReadOnlyTensorView HeadsFirst(ReadOnlySpan<float> data, int batch, int heads, int length, int dim, [CallerArgumentExpression(nameof(data))] string? name = null)
    {
        TensorLayout layout = TensorLayout.HeadsFirst(batch, heads, length, dim);
        layout.CheckExact(data.Length, name);
        return new ReadOnlyTensorView(data, layout);
    }

    /// <inheritdoc cref="TensorView.Packed"/>
    public static ReadOnlyTensorView Packed(ReadOnlySpan<float> data, int batch, int length, int heads, int dim, [CallerArgumentExpression(nameof(data))] string? name = null)
    {
        TensorLayout layout = TensorLayout.Packed(batch, length, heads, dim);
        layout.CheckExact(data.Length, name);
        return new ReadOnlyTensorView(data, layout);
    }

    internal ReadOnlyTensorView(ReadOnlySpan<float> data, TensorLayout layout)
    {
        Data = data;
        Layout = layout;
    }
}
