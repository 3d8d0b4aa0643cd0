using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The projected tensors of one forward pass. They live in the layer's buffers, until its next call.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly ref struct LayerCall
{
    internal LayerCall(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView context)
    {
        Query = query;
        Key = key;
        Value = value;
        Context = context;
    }

    /// <summary><c>[batch, heads, length, headDim]</c>, packed as <c>[batch, length, heads * headDim]</c>.</summary>
    public ReadOnlyTensorView Query { get; }

    /// <summary><c>[batch, kvHeads, keyLength, headDim]</c>, packed as <c>[batch, keyLength, kvHeads * headDim]</c>.</summary>
    public ReadOnlyTensorView Key { get; }

    /// <summary><c>[batch, kvHeads, keyLength, valueDim]</c>, packed as <c>[batch, keyLength, kvHeads * valueDim]</c>.</summary>
    public ReadOnlyTensorView Value { get; }

    /// <summary><c>[batch, heads, length, valueDim]</c>, packed as <c>[batch, length, heads * valueDim]</c>; the kernel writes it.</summary>
    public TensorView Context { get; }
}
