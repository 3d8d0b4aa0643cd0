namespace AttentionGen.Conformance.Kernels;

/// <summary>How a tensor's elements are laid out in a call.</summary>
public enum Arrangement
{
    /// <summary>Contiguous <c>[batch, heads, length, dim]</c>.</summary>
    HeadsFirst,

    /// <summary><c>[batch, length, heads * dim]</c>, as a projection writes it.</summary>
    Packed,

    /// <summary>Gaps after every row, head and sequence, of sizes that break any alignment.</summary>
    Padded,
}

/// <summary>
/// A strided tensor inside a larger array whose other elements, before, between and after, are canaries: a NaN with a payload of its
/// own. A kernel that reads one gives NaN; a kernel that writes one is seen.
/// </summary>
public sealed class TensorBuffer
{
    private const int Margin = 37;
    private static readonly float Canary = BitConverter.Int32BitsToSingle(0x7FC0DEAD);

    /// <summary>A tensor with explicit placement; for calls that are meant to be refused.</summary>
    public TensorBuffer(float[] data, int offset, TensorLayout layout)
    {
        Data = data;
        Offset = offset;
        Layout = layout;
    }

    /// <summary>A tensor of canaries.</summary>
    public TensorBuffer(int batch, int heads, int length, int dim, Arrangement arrangement)
    {
        Layout = arrangement switch
        {
            Arrangement.HeadsFirst => TensorLayout.HeadsFirst(batch, heads, length, dim),
            Arrangement.Packed => TensorLayout.Packed(batch, length, heads, dim),
            _ => PaddedLayout(batch, heads, length, dim),
        };
        Offset = Margin;
        Data = new float[Extent + (2 * Margin)];
        Data.AsSpan().Fill(Canary);
    }

    public float[] Data { get; }

    public int Offset { get; }

    public TensorLayout Layout { get; }

    public Span<float> Span => Data.AsSpan(Offset, Extent);

    public TensorView View => new(Span, Layout.Batch, Layout.Heads, Layout.Length, Layout.Dim, Layout.BatchStride, Layout.HeadStride, Layout.RowStride);

    private int Extent => Layout.Count == 0 ? 0
        : checked((int)(((Layout.Batch - 1) * Layout.BatchStride) + ((Layout.Heads - 1) * Layout.HeadStride) + ((Layout.Length - 1) * Layout.RowStride) + Layout.Dim));

    public ref float At(int batch, int head, int row, int feature) =>
        ref Data[Offset + (batch * Layout.BatchStride) + (head * Layout.HeadStride) + (row * Layout.RowStride) + feature];

    /// <summary>Sets the elements from contiguous <c>[batch, heads, length, dim]</c> values.</summary>
    public TensorBuffer Set(ReadOnlySpan<float> values)
    {
        int n = 0;
        for (int row = 0; row < Layout.Batch * Layout.Heads * Layout.Length; row++, n += Layout.Dim)
        {
            values.Slice(n, Layout.Dim).CopyTo(Row(row));
        }

        return this;
    }

    /// <summary>The elements as contiguous <c>[batch, heads, length, dim]</c> values.</summary>
    public float[] Get()
    {
        var values = new float[Layout.Count];
        for (int row = 0; row < Layout.Batch * Layout.Heads * Layout.Length; row++)
        {
            Row(row).CopyTo(values.AsSpan(row * Layout.Dim));
        }

        return values;
    }

    /// <summary>Elements outside the view that are no longer canaries.</summary>
    public int BrokenCanaries()
    {
        var copy = new TensorBuffer((float[])Data.Clone(), Offset, Layout);
        for (int row = 0; row < Layout.Batch * Layout.Heads * Layout.Length; row++)
        {
            copy.Row(row).Fill(Canary);
        }

        return copy.Data.Count(value => BitConverter.SingleToInt32Bits(value) != BitConverter.SingleToInt32Bits(Canary));
    }

    private Span<float> Row(int row)
    {
        int head = row / Layout.Length;
        return Data.AsSpan(checked((int)(Offset + (head / Layout.Heads * Layout.BatchStride) + (head % Layout.Heads * Layout.HeadStride) + (row % Layout.Length * Layout.RowStride))), Layout.Dim);
    }

    private static TensorLayout PaddedLayout(int batch, int heads, int length, int dim)
    {
        long rowStride = dim + 3;
        long headStride = (length * rowStride) + 5;
        return new TensorLayout(batch, heads, length, dim, (heads * headStride) + 7, headStride, rowStride);
    }
}
