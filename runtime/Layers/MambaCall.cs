using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The tensors of one pass of a mamba layer, all <c>[batch, 1, length, features]</c>. They live in the layer's buffers, until its next call.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct MambaCall
{
    /// <summary>The convolved input; the scan's output takes its place.</summary>
    public TensorView U { get; init; }

    /// <summary>The gate.</summary>
    public ReadOnlyTensorView Z { get; init; }

    /// <summary>Step sizes before softplus.</summary>
    public ReadOnlyTensorView Delta { get; init; }

    /// <summary>B.</summary>
    public ReadOnlyTensorView B { get; init; }

    /// <summary>C.</summary>
    public ReadOnlyTensorView C { get; init; }
}
