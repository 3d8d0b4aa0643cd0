namespace AttentionGen.Gpu;

/// <summary>
/// A view of a <c>[batch, heads, length, dim]</c> tensor of 16-bit floats in a device's memory with explicit strides; the last dimension is contiguous. Devices read it
/// 16 bytes at a time: every row begins at a multiple of 8 elements. <c>default</c> is no tensor.
/// </summary>
public readonly record struct DeviceTensorView16
{
    private const int Together = 8;

    /// <summary>A view with explicit strides.</summary>
    /// <param name="memory">The elements; element (b, h, i, c) stands at <c>offset + b*batchStride + h*headStride + i*rowStride + c</c>.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="layout">Sizes and strides.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, stride or offset is negative.</exception>
    /// <exception cref="ArgumentException">The memory ends before the last element of the view, or offset, dim or a stride is no multiple of 8.</exception>
    public DeviceTensorView16(DeviceFloats16 memory, long offset, TensorLayout layout)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        layout.CheckFits(memory.Count - offset);
        if ((offset | (long)layout.Dim | layout.BatchStride | layout.HeadStride | layout.RowStride) % Together != 0)
        {
            throw new ArgumentException($"Expected an offset, a dim and strides that are multiples of {Together} elements (16 bytes), but got offset {offset} and {layout}.", nameof(layout));
        }

        (Memory, Offset, Layout) = (memory, offset, layout);
    }

    /// <summary>The elements that the view is cut from; null: there is no tensor.</summary>
    public DeviceFloats16? Memory { get; }

    /// <summary>The first element.</summary>
    public long Offset { get; }

    /// <summary>Sizes and strides.</summary>
    public TensorLayout Layout { get; }

    /// <summary>A view of contiguous <c>[batch, heads, length, dim]</c> data.</summary>
    public static DeviceTensorView16 HeadsFirst(DeviceFloats16 memory, int batch, int heads, int length, int dim) =>
        new(memory, 0, TensorLayout.HeadsFirst(batch, heads, length, dim));

    /// <summary>A view of contiguous <c>[batch, length, heads * dim]</c> data, as a projection writes it.</summary>
    public static DeviceTensorView16 Packed(DeviceFloats16 memory, int batch, int length, int heads, int dim) =>
        new(memory, 0, TensorLayout.Packed(batch, length, heads, dim));

    /// <summary>Whether two views may share an element.</summary>
    internal bool Overlaps(DeviceTensorView16 other) =>
        Memory is not null && Memory == other.Memory && Offset < other.Offset + other.Layout.End && other.Offset < Offset + Layout.End;
}
