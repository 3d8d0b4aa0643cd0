using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One checked and pinned scan, as generated kernels see it. Strides are in floats.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct ScanCall
{
    /// <summary>u <c>[batch, 1, length, innerDim]</c>.</summary>
    public StridedTensor Input;

    /// <summary>Step sizes before softplus <c>[batch, 1, length, innerDim]</c>.</summary>
    public StridedTensor Delta;

    /// <summary>B <c>[batch, 1, length, stateSize]</c>.</summary>
    public StridedTensor InputMatrix;

    /// <summary>C <c>[batch, 1, length, stateSize]</c>.</summary>
    public StridedTensor OutputMatrix;

    /// <summary>z <c>[batch, 1, length, innerDim]</c>; null data: there is no gate.</summary>
    public StridedTensor Gate;

    /// <summary><c>[batch, 1, length, innerDim]</c>.</summary>
    public StridedTensor Output;

    /// <summary>A <c>[innerDim, stateSize]</c>.</summary>
    public float* Rates;

    /// <summary>D <c>[innerDim]</c>, or null: zeros.</summary>
    public float* Skip;

    /// <summary>Weights of the causal convolution <c>[innerDim, taps]</c>, for the call that convolves.</summary>
    public float* Taps;

    /// <summary>Its biases <c>[innerDim]</c>.</summary>
    public float* TapBias;

    /// <summary>
    /// <c>[sequences, stateSize, innerDim]</c>, read at the start and written at the end; null: zeros, and forgotten.
    /// Behind each sequence's states stand, where there is a convolution, the rows <c>[taps - 1, innerDim]</c> that it saw last.
    /// </summary>
    public float* States;

    /// <summary>Floats from one sequence's states to the next.</summary>
    public long StateStride;

    /// <summary>Sequences.</summary>
    public int Sequences;

    /// <summary>Channels of a work item at most.</summary>
    public int ItemChannels;

    /// <summary>Positions of each sequence, padding included.</summary>
    public int Length;

    /// <summary><c>[sequences]</c>, or null: all positions are real.</summary>
    public int* Lengths;

    /// <summary><c>[sequences + 1]</c>, where sequences of one batch are laid end to end; or null.</summary>
    public int* CumulativeLengths;
}
