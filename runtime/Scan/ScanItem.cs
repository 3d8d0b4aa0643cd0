using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One unit of a scan's work: a block of channels of one sequence, from its first position to its last.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct ScanItem
{
    private ScanItem(int sequence, int batch, int firstRow, int rows, int length, int firstChannel, int channels)
    {
        Sequence = sequence;
        Batch = batch;
        FirstRow = firstRow;
        Rows = rows;
        Length = length;
        FirstChannel = firstChannel;
        Channels = channels;
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

    /// <summary>Decodes an item's number.</summary>
    /// <param name="call">The call.</param>
    /// <param name="item">From 0 to the number of sequences times that of blocks.</param>
    /// <param name="innerDim">Channels in all.</param>
    /// <param name="block">Channels of an item at most.</param>
    public static ScanItem Of(ScanCall* call, int item, int innerDim, int block)
    {
        int blocks = (innerDim + block - 1) / block;
        int sequence = item / blocks;
        int channel = item % blocks * block;
        bool packed = call->CumulativeLengths != null;
        int firstRow = packed ? call->CumulativeLengths[sequence] : 0;
        int rows = packed ? call->CumulativeLengths[sequence + 1] - firstRow : call->Length;
        int length = call->Lengths == null ? rows : call->Lengths[sequence];
        return new ScanItem(sequence, packed ? 0 : sequence, firstRow, rows, length, channel, Math.Min(block, innerDim - channel));
    }

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
