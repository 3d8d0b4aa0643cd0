namespace AttentionGen.Prebuilt;

/// <summary>An attention over queries, keys and values, whose shape was chosen at run time. Safe for concurrent use; a call allocates nothing.</summary>
public interface IAttentionKernel
{
    /// <summary>The attention type; one of <see cref="AttentionTypes"/>.</summary>
    string Type { get; }

    /// <summary>Query heads.</summary>
    int Heads { get; }

    /// <summary>Key/value heads.</summary>
    int KvHeads { get; }

    /// <summary>Features of a query, key or value head.</summary>
    int HeadDim { get; }

    /// <summary>
    /// Attention over tensors with strides of their own, such as packed <c>[batch, length, heads * dim]</c>; nothing is copied. Where lengths differ, the last query
    /// stands at the last key.
    /// </summary>
    /// <param name="query"><c>[batch, Heads, queryLength, HeadDim]</c>.</param>
    /// <param name="key"><c>[batch, KvHeads, keyLength, HeadDim]</c>.</param>
    /// <param name="value"><c>[batch, KvHeads, keyLength, HeadDim]</c>.</param>
    /// <param name="output"><c>[batch, Heads, queryLength, HeadDim]</c>; written whole.</param>
    /// <param name="arguments">Key lengths, masks, bias, log-sum-exp, threads.</param>
    /// <exception cref="ArgumentException">A shape, length or value does not fit; nothing was written.</exception>
    void Forward(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments = default);

    /// <summary>Attention over contiguous tensors of the same shapes.</summary>
    /// <inheritdoc cref="Forward(ReadOnlyTensorView, ReadOnlyTensorView, ReadOnlyTensorView, TensorView, in AttentionArguments)"/>
    /// <param name="query"><c>[batch, Heads, queryLength, HeadDim]</c>.</param>
    /// <param name="key"><c>[batch, KvHeads, keyLength, HeadDim]</c>.</param>
    /// <param name="value"><c>[batch, KvHeads, keyLength, HeadDim]</c>.</param>
    /// <param name="output"><c>[batch, Heads, queryLength, HeadDim]</c>; written whole.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="queryLength">Query positions of each sequence.</param>
    /// <param name="keyLength">Key positions of each sequence.</param>
    /// <param name="arguments">Key lengths, masks, bias, log-sum-exp, threads.</param>
    void Forward(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int batch, int queryLength, int keyLength, in AttentionArguments arguments = default) =>
        Forward(
            ReadOnlyTensorView.HeadsFirst(query, batch, Heads, queryLength, HeadDim),
            ReadOnlyTensorView.HeadsFirst(key, batch, KvHeads, keyLength, HeadDim),
            ReadOnlyTensorView.HeadsFirst(value, batch, KvHeads, keyLength, HeadDim),
            TensorView.HeadsFirst(output, batch, Heads, queryLength, HeadDim),
            arguments);
}
