using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The run-time masks and bias of a call, pinned. Null pointers mean absent; strides of 0 broadcast. Element (b, h, i, j) is at b*Batch + h*Head + i*Row + j.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct RuntimeMask
{
    /// <summary>True may attend, or null.</summary>
    public bool* Keep;

    /// <summary>Strides of <see cref="Keep"/>.</summary>
    public MaskStrides KeepStrides;

    /// <summary>True is hidden, or null.</summary>
    public bool* Drop;

    /// <summary>Strides of <see cref="Drop"/>.</summary>
    public MaskStrides DropStrides;

    /// <summary>Added to the scaled scores, natural-log units, or null.</summary>
    public float* Bias;

    /// <summary>Strides of <see cref="Bias"/>.</summary>
    public MaskStrides BiasStrides;

    /// <summary>The key that the masks' first column is about; keys before it are as if there were no mask.</summary>
    public int FirstKey;

    /// <summary>Whether any of the three is present.</summary>
    public readonly bool IsPresent => Keep != null || Drop != null || Bias != null;
}

/// <summary>Elements from one sequence, head or query row of a mask to the next; 0 broadcasts.</summary>
/// <param name="Batch">From one sequence to the next.</param>
/// <param name="Head">From one query head to the next.</param>
/// <param name="Row">From one query to the next.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct MaskStrides(long Batch, long Head, long Row)
{
    /// <summary>The offset of the first key's element.</summary>
    public long Offset(int batch, int head, int row) => (batch * Batch) + (head * Head) + (row * Row);
}
