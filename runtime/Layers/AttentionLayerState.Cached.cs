namespace AttentionGen.Kernels;

/// <content>Further tokens of sequences whose past is in a cache.</content>
public sealed partial class AttentionLayerState
{
    /// <summary>
    /// Checks the call and projects the new tokens to queries, keys and values. What is added to the input goes on from each sequence's length in the cache, which is not
    /// changed: the kernel that is launched next stores the keys and values.
    /// </summary>
    /// <param name="input"><c>[sequences, tokens, DModel]</c>; beside CumulativeLengths <c>[tokens, DModel]</c>, all sequences end to end.</param>
    /// <param name="output">As the input; only checked here. It may be the input itself or overlap it: all of the input is read before any output is written.</param>
    /// <param name="tokens">New tokens of each sequence; beside CumulativeLengths, of all of them together.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="sequences">Its sequences, all different.</param>
    /// <param name="arguments">CumulativeLengths, threads, tier, and what <paramref name="output"/> must not overlap.</param>
    /// <exception cref="ArgumentException">A size is negative or overflows, a span does not hold its shape, a sequence is not there or twice, or a position is past a table; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The layer or the cache was disposed.</exception>
    public LayerCall ProjectTokens(
        scoped ReadOnlySpan<float> input,
        scoped ReadOnlySpan<float> output,
        int tokens,
        IKvCache cache,
        scoped ReadOnlySpan<int> sequences,
        scoped in AttentionArguments arguments)
    {
        int batch = Sequences(input, tokens, cache, sequences, arguments);
        CheckSpan(output.Length, batch, tokens, nameof(output), nameof(tokens), nameof(sequences));
        CheckArguments(output, tokens, arguments);
        ReadOnlySpan<float> source = EncodeTokens(input, batch, tokens, cache, sequences, arguments);
        return Project(source, source, batch, tokens, tokens, arguments);
    }

    /// <summary>As <see cref="ProjectTokens"/>, to keys and values alone: nothing attends. The call's queries and context are <c>default</c>.</summary>
    /// <inheritdoc cref="ProjectTokens"/>
    public LayerCall ProjectKeys(scoped ReadOnlySpan<float> input, int tokens, IKvCache cache, scoped ReadOnlySpan<int> sequences, scoped in AttentionArguments arguments)
    {
        int batch = Sequences(input, tokens, cache, sequences, arguments);
        CheckArguments(default, tokens, arguments);
        ReadOnlySpan<float> source = EncodeTokens(input, batch, tokens, cache, sequences, arguments);
        TensorLayout keyLayout = TensorLayout.Packed(batch, tokens, shape.KvHeads, shape.HeadDim);
        TensorLayout valueLayout = TensorLayout.Packed(batch, tokens, shape.KvHeads, shape.ValueDim);
        return new LayerCall(default, ProjectTo(key, keyLayout, Weights.Key, source, arguments), ProjectTo(value, valueLayout, Weights.Value, source, arguments), default);
    }

    /// <summary>The batch of the call's tensors, once layer, cache and input are known to fit.</summary>
    private int Sequences(scoped ReadOnlySpan<float> input, int tokens, IKvCache cache, scoped ReadOnlySpan<int> sequences, scoped in AttentionArguments arguments)
    {
        Weights.ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(cache);
        int batch = arguments.CumulativeLengths.IsEmpty ? sequences.Length : 1;
        CheckSpan(input.Length, batch, tokens, nameof(input), nameof(tokens), nameof(sequences));
        return batch;
    }

    private ReadOnlySpan<float> EncodeTokens(ReadOnlySpan<float> input, int batch, int tokens, IKvCache cache, scoped ReadOnlySpan<int> sequences, scoped in AttentionArguments arguments)
    {
        if (!encoding.IsAdded)
        {
            return input;
        }

        CacheChecks.CheckSequences(new HostCacheLengths(cache), sequences, batch, arguments);
        PastPositions past = new(cache, sequences);
        encoding.CheckLength(arguments.CumulativeLengths, batch, tokens, past, nameof(tokens));
        return encoding.Encode(input, batch, tokens, past, arguments.CumulativeLengths);
    }
}
