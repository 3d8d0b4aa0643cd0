namespace AttentionGen.Gpu;

/// <summary>
/// A view of a <c>[batch, heads, length, dim]</c> tensor in a device's memory with explicit strides; the last dimension is contiguous. The device's counterpart of
/// <see cref="TensorView"/>. <c>default</c> is no tensor.
/// </summary>
public readonly record struct DeviceTensorView
{
    /// <summary>A view with explicit strides.</summary>
    /// <param name="memory">The elements; element (b, h, i, c) stands at <c>offset + b*batchStride + h*headStride + i*rowStride + c</c>.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="layout">Sizes and strides.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, stride or offset is negative.</exception>
    /// <exception cref="ArgumentException">The memory ends before the last element of the view.</exception>
    public DeviceTensorView(DeviceFloats memory, long offset, TensorLayout layout)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        layout.CheckFits(memory.Count - offset);
        (Memory, Offset, Layout) = (memory, offset, layout);
    }

    /// <summary>The elements that the view is cut from; null: there is no tensor.</summary>
    public DeviceFloats? Memory { get; }

    /// <summary>The first element.</summary>
    public long Offset { get; }

    /// <summary>Sizes and strides.</summary>
    public TensorLayout Layout { get; }

    /// <summary>A view of contiguous <c>[batch, heads, length, dim]</c> data.</summary>
    public static DeviceTensorView HeadsFirst(DeviceFloats memory, int batch, int heads, int length, int dim) =>
        new(memory, 0, TensorLayout.HeadsFirst(batch, heads, length, dim));

    /// <summary>A view of contiguous <c>[batch, length, heads * dim]</c> data, as a projection writes it.</summary>
    public static DeviceTensorView Packed(DeviceFloats memory, int batch, int length, int heads, int dim) =>
        new(memory, 0, TensorLayout.Packed(batch, length, heads, dim));

    internal ILGPU.ArrayView<float> Elements => Memory!.View.SubView(Offset, Layout.End);

    /// <summary>Whether two views may share an element.</summary>
    internal bool Overlaps(DeviceTensorView other) =>
        Memory is not null && Memory == other.Memory && Offset < other.Offset + other.Layout.End && other.Offset < Offset + Layout.End;
}
