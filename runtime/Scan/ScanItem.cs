using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One unit of a scan's work: channels of one sequence, from its first position to its last. It is walked block by block of its channels within each chunk of positions.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct ScanItem
{
    private ScanItem(int sequence, int batch, int firstRow, int rows, int length, int firstChannel, int channels, int offset)
    {
        Sequence = sequence;
        Batch = batch;
        FirstRow = firstRow;
        Rows = rows;
        Length = length;
        FirstChannel = firstChannel;
        Channels = channels;
        Offset = offset;
    }

    /// <summary>The sequence.</summary>
    public int Sequence { get; }

    /// <summary>Its batch in the tensors: itself, or 0 where sequences are laid end to end.</summary>
    public int Batch { get; }

    /// <summary>Its first row there.</summary>
    public int FirstRow { get; }

    /// <summary>Its rows, padding included.</summary>
    public int Rows { get; }

    /// <summary>Its real rows.</summary>
    public int Length { get; }

    /// <summary>The first channel.</summary>
    public int FirstChannel { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>For a block of an item's channels: those before it, which is where the block begins in what the item keeps in its workspace.</summary>
    public int Offset { get; }

    /// <summary>Decodes an item's number.</summary>
    /// <param name="call">The call.</param>
    /// <param name="item">From 0 to the number of sequences times that of items in each.</param>
    /// <param name="innerDim">Channels in all.</param>
    public static ScanItem Of(ScanCall* call, int item, int innerDim)
    {
        int items = (innerDim + call->ItemChannels - 1) / call->ItemChannels;
        int sequence = item / items;
        int channel = item % items * call->ItemChannels;
        bool packed = call->CumulativeLengths != null;
        int firstRow = packed ? call->CumulativeLengths[sequence] : 0;
        int rows = packed ? call->CumulativeLengths[sequence + 1] - firstRow : call->Length;
        int length = call->Lengths == null ? rows : call->Lengths[sequence];
        return new ScanItem(sequence, packed ? 0 : sequence, firstRow, rows, length, channel, Math.Min(call->ItemChannels, innerDim - channel), 0);
    }

    /// <summary>At most <paramref name="block"/> of the item's channels, from the one at <paramref name="offset"/> on.</summary>
    public ScanItem Block(int offset, int block) =>
        new(Sequence, Batch, FirstRow, Rows, Length, FirstChannel + offset, Math.Min(block, Channels - offset), offset);

    /// <summary>A tensor's element at the item's first row and channel.</summary>
    public float* At(in StridedTensor tensor) => Row(tensor) + FirstChannel;

    /// <summary>A tensor's element at the item's first row and its own first column.</summary>
    public float* Row(in StridedTensor tensor) => tensor.Head(Batch, 0) + (FirstRow * tensor.RowStride);

    /// <summary>The item's channels in the first row of the sequence's states; only where there are states.</summary>
    public float* States(ScanCall* call) => call->States + (Sequence * call->StateStride) + FirstChannel;

    /// <summary>The item's channels in the first of the rows that the sequence's convolution saw last; only where there are states.</summary>
    /// <param name="call">The call.</param>
    /// <param name="states">Floats of a sequence's states, which stand before them.</param>
    public float* History(ScanCall* call, int states) => States(call) + states;
}
