using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Every condition on a call's arguments, checked before anything is written.</summary>
internal static class ArgumentChecks
{
    /// <summary>Kernels carry key indices as floats, which are exact up to here.</summary>
    private const int LongestSequence = 1 << 24;

    public static void Check(
        KernelDescription kernel,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        in AttentionArguments arguments)
    {
        int batch = query.Layout.Batch;
        int queryLength = query.Layout.Length;
        int keyLength = key.Layout.Length;
        CheckView(query.Layout, batch, kernel.Heads, queryLength, kernel.HeadDim, nameof(query));
        CheckView(key.Layout, batch, kernel.KvHeads, keyLength, kernel.HeadDim, nameof(key));
        CheckView(value.Layout, batch, kernel.KvHeads, keyLength, kernel.ValueDim, nameof(value));
        CheckView(output.Layout, batch, kernel.Heads, queryLength, kernel.ValueDim, nameof(output));
        if (!arguments.CumulativeLengths.IsEmpty)
        {
            PackedChecks.Check(kernel, batch, queryLength, keyLength, arguments);
        }
        else if (!arguments.CumulativeKeyLengths.IsEmpty)
        {
            throw new ArgumentException($"Expected {nameof(AttentionArguments.CumulativeLengths)} of the queries too.", nameof(AttentionArguments.CumulativeLengths));
        }
        else
        {
            CheckLengths(kernel, arguments, queryLength, keyLength);
        }

        CheckOutput(kernel, query, key, value, output, arguments.LogSumExp);
        CheckKeyLengths(arguments.KeyLengths, batch, keyLength);
        CheckLogSumExp(kernel, arguments.LogSumExp, batch, queryLength);
        CheckPositions(kernel, arguments, batch, queryLength, keyLength);
        LearnedChecks.Check(kernel, arguments);
        DistanceChecks.Check(kernel, arguments, output);
        MixChecks.Check(kernel, arguments, output);
        ThrowIfWithoutScores(kernel, arguments.Keep.Shape, nameof(arguments.Keep));
        ThrowIfWithoutScores(kernel, arguments.Drop.Shape, nameof(arguments.Drop));
        ThrowIfWithoutScores(kernel, arguments.Bias.Shape, nameof(arguments.Bias));
        CheckMask(arguments.Keep.Values.IsEmpty, arguments.Keep.Shape, batch, kernel.Heads, queryLength, keyLength, nameof(arguments.Keep));
        CheckMask(arguments.Drop.Values.IsEmpty, arguments.Drop.Shape, batch, kernel.Heads, queryLength, keyLength, nameof(arguments.Drop));
        CheckMask(arguments.Bias.Values.IsEmpty, arguments.Bias.Shape, batch, kernel.Heads, queryLength, keyLength, nameof(arguments.Bias));
        CheckBlocks(kernel, arguments.Blocks, batch, queryLength, keyLength);
        if (arguments.MaxThreads < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(arguments.MaxThreads), arguments.MaxThreads, "Expected 0 (all cores) or more threads.");
        }
    }

    internal static void CheckView(TensorLayout actual, int batch, int heads, int length, int dim, string name)
    {
        if (actual.Batch != batch || actual.Heads != heads || actual.Length != length || actual.Dim != dim)
        {
            throw new ArgumentException(
                $"Expected [{batch}, {heads}, {length}, {dim}] (batch, heads, length, dim), but {name} is [{actual.Batch}, {actual.Heads}, {actual.Length}, {actual.Dim}].",
                name);
        }
    }

    /// <summary>Conditions on lengths.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="arguments">The call's arguments.</param>
    /// <param name="queryLength">Query positions.</param>
    /// <param name="keyLength">Key positions.</param>
    /// <param name="sequence">The sequence that they are the lengths of; -1: all.</param>
    internal static void CheckLengths(KernelDescription kernel, in AttentionArguments arguments, int queryLength, int keyLength, int sequence = -1)
    {
        CheckLength(queryLength, kernel.MaxLength, kernel.Name, kernel.Argument("query"), "MaxLength", sequence);
        CheckLength(keyLength, kernel.MaxKeyLength, kernel.Name, kernel.Argument("key"), "MaxKeyLength", sequence);
        if (kernel.NeedsAlignment && kernel.Alignment == CausalAlignment.Unspecified && queryLength != keyLength)
        {
            throw new ArgumentException(
                $"{queryLength} queries and {keyLength} keys{Where(sequence)}: which key query 0 stands at is not declared. Set CausalAlignment = TopLeft or BottomRight on [Attention] of {kernel.Name}.",
                kernel.Argument("key"));
        }

        if (arguments.QueryPositions.IsEmpty && !arguments.KeyPositions.IsEmpty && kernel.Alignment == CausalAlignment.BottomRight && queryLength > keyLength)
        {
            throw new ArgumentException(
                $"{queryLength} queries stand before {keyLength} keys with positions of their own{Where(sequence)}: expected QueryPositions too, since the default ones would be negative.",
                nameof(AttentionArguments.QueryPositions));
        }
    }

    private static string Where(int sequence) => sequence < 0 ? string.Empty : $" (sequence {sequence})";

    internal static void CheckLength(int actual, int most, string kernel, string name, string declared, int sequence)
    {
        most = most == 0 ? LongestSequence : most;
        if (actual > most)
        {
            throw new ArgumentException($"{name} has {actual} positions{Where(sequence)}; {kernel} takes at most {most} ({declared}).", name);
        }
    }

    internal static void CheckOutput(KernelDescription kernel, ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, Span<float> logSumExp)
    {
        CheckDistinctRows(output.Layout);

        // With one softmax or none, a work item copies its queries before it writes their outputs, so computing in place over the queries is sound; anything else is not.
        bool inPlace = kernel.Softmaxes <= 1
            && query.Layout == output.Layout
            && !output.Data.IsEmpty
            && System.Runtime.CompilerServices.Unsafe.AreSame(ref MemoryMarshal.GetReference(query.Data), ref MemoryMarshal.GetReference(output.Data));
        ThrowIfOverlap(!inPlace && output.Data.Overlaps(query.Data), "query", "output");
        ThrowIfOverlap(output.Data.Overlaps(key.Data), "key", "output");
        ThrowIfOverlap(output.Data.Overlaps(value.Data), "value", "output");
        ThrowIfOverlap(logSumExp.Overlaps(query.Data), "query", nameof(AttentionArguments.LogSumExp));
        ThrowIfOverlap(logSumExp.Overlaps(key.Data), "key", nameof(AttentionArguments.LogSumExp));
        ThrowIfOverlap(logSumExp.Overlaps(value.Data), "value", nameof(AttentionArguments.LogSumExp));
        ThrowIfOverlap(logSumExp.Overlaps(output.Data), "output", nameof(AttentionArguments.LogSumExp));
    }

    internal static void CheckDistinctRows(TensorLayout layout)
    {
        if (layout.Count == 0)
        {
            return;
        }

        Span<(long Stride, int Size)> dimensions = [(layout.BatchStride, layout.Batch), (layout.HeadStride, layout.Heads), (layout.RowStride, layout.Length)];
        dimensions.Sort(static (left, right) => left.Stride.CompareTo(right.Stride));
        long extent = layout.Dim;
        foreach ((long stride, int size) in dimensions)
        {
            if (size <= 1)
            {
                continue;
            }

            if (stride < extent)
            {
                throw new ArgumentException($"The strides of {layout} make rows of the output overlap each other.", "output");
            }

            extent += stride * (size - 1);
        }
    }

    internal static void ThrowIfOverlap(bool overlap, string input, string output)
    {
        if (overlap)
        {
            throw new ArgumentException($"{output} overlaps {input} in memory: expected separate memory, since writing one would change the other.", output);
        }
    }

    internal static void CheckKeyLengths(ReadOnlySpan<int> keyLengths, int batch, int keyLength)
    {
        if (keyLengths.IsEmpty)
        {
            return;
        }

        if (keyLengths.Length != batch)
        {
            throw new ArgumentException($"Expected one length per sequence, [{batch}], but got [{keyLengths.Length}].", nameof(AttentionArguments.KeyLengths));
        }

        for (int b = 0; b < batch; b++)
        {
            if ((uint)keyLengths[b] > (uint)keyLength)
            {
                throw new ArgumentOutOfRangeException(nameof(AttentionArguments.KeyLengths), keyLengths[b], $"Sequence {b}: expected 0 to {keyLength} keys.");
            }
        }
    }

    internal static void CheckLogSumExp(KernelDescription kernel, Span<float> logSumExp, int batch, int queryLength)
    {
        if (kernel.Softmaxes == 0 && !logSumExp.IsEmpty)
        {
            throw new ArgumentException($"{kernel.Name} has no softmax, so there is no log-sum-exp: expected none to be asked for.", nameof(AttentionArguments.LogSumExp));
        }

        if (kernel.Softmaxes > 1 && !logSumExp.IsEmpty)
        {
            throw new ArgumentException($"{kernel.Name} adds {kernel.Softmaxes} softmaxes, which have no log-sum-exp in common: expected none to be asked for.", nameof(AttentionArguments.LogSumExp));
        }

        int heads = kernel.Heads;
        long expected = (long)batch * heads * queryLength;
        if (!logSumExp.IsEmpty && logSumExp.Length != expected)
        {
            throw new ArgumentException(
                $"Expected [{batch}, {heads}, {queryLength}] = {expected} elements (batch, heads, query length), but the span holds {logSumExp.Length}.",
                nameof(AttentionArguments.LogSumExp));
        }
    }

    private static void CheckPositions(KernelDescription kernel, in AttentionArguments arguments, int batch, int queryLength, int keyLength)
    {
        CheckPositions(kernel, arguments.QueryPositions, batch, queryLength, nameof(AttentionArguments.QueryPositions));
        CheckPositions(kernel, arguments.KeyPositions, batch, keyLength, nameof(AttentionArguments.KeyPositions));
    }

    internal static void CheckPositions(KernelDescription kernel, ReadOnlySpan<int> positions, int batch, int length, string name)
    {
        if (positions.IsEmpty)
        {
            return;
        }

        if (kernel.Rotary is null)
        {
            throw new ArgumentException($"{kernel.Name} rotates nothing, so positions have no effect: expected none, got {positions.Length}.", name);
        }

        int axes = kernel.PositionAxes;
        if (positions.Length != length && positions.Length != (long)axes * length && positions.Length != (long)batch * axes * length)
        {
            throw new ArgumentException(
                axes == 1
                    ? $"Expected [{length}] or [{batch}, {length}] positions, but got {positions.Length}."
                    : $"Expected [{length}], [{axes}, {length}] or [{batch}, {axes}, {length}] positions (batch, axes, length), but got {positions.Length}.",
                name);
        }

        foreach (int position in positions)
        {
            if (position < 0)
            {
                throw new ArgumentOutOfRangeException(name, position, "Expected positions of 0 or more.");
            }
        }
    }

    internal static void CheckBlocks(KernelDescription kernel, BlockMask? blocks, int batch, int queryLength, int keyLength)
    {
        if (blocks is null)
        {
            return;
        }

        ThrowIfWithoutScores(kernel, new MaskShape(blocks.Batch, blocks.Heads, blocks.QueryLength, blocks.KeyLength), nameof(AttentionArguments.Blocks));
        int heads = kernel.Heads;
        bool fits = (blocks.Batch == 1 || blocks.Batch == batch) && (blocks.Heads == 1 || blocks.Heads == heads) && blocks.QueryLength == queryLength && blocks.KeyLength == keyLength;
        if (!fits)
        {
            throw new ArgumentException(
                $"Expected a block mask that broadcasts to [{batch}, {heads}, {queryLength}, {keyLength}] (batch, heads, query length, key length), but got [{blocks.Batch}, {blocks.Heads}, {blocks.QueryLength}, {blocks.KeyLength}].",
                nameof(AttentionArguments.Blocks));
        }
    }

    private static void ThrowIfWithoutScores(KernelDescription kernel, MaskShape shape, string name)
    {
        if (kernel.Softmaxes == 0 && shape != default)
        {
            throw new ArgumentException(
                $"{kernel.Name} computes no score per (query, key) pair for {name} to act on: expected none, got [{shape.Batch}, {shape.Heads}, {shape.QueryLength}, {shape.KeyLength}]; hide padding with {nameof(AttentionArguments.KeyLengths)}.",
                name);
        }
    }

    internal static void CheckMask(bool absent, MaskShape shape, int batch, int heads, int queryLength, int keyLength, string name)
    {
        if (absent && shape == default)
        {
            return;
        }

        bool fits = (shape.Batch == 1 || shape.Batch == batch)
            && (shape.Heads == 1 || shape.Heads == heads)
            && (shape.QueryLength == 1 || shape.QueryLength == queryLength)
            && shape.KeyLength == keyLength;
        if (!fits)
        {
            throw new ArgumentException(
                $"Expected a shape that broadcasts to [{batch}, {heads}, {queryLength}, {keyLength}] (batch, heads, query length, key length), but got [{shape.Batch}, {shape.Heads}, {shape.QueryLength}, {shape.KeyLength}].",
                name);
        }
    }
}
