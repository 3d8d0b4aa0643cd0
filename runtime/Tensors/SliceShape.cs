namespace AttentionGen.Kernels;

/// <summary>What is computed of each slice.</summary>
internal enum SoftmaxForm
{
    Softmax,
    LogSoftmax,
    LogSumExp,
}

/// <summary>A dense tensor seen from one axis: <c>[Outer, Count, Inner]</c>.</summary>
internal readonly record struct SliceShape(int Outer, int Count, int Inner)
{
    /// <summary>Checks a call and finds the axis.</summary>
    public static SliceShape Check(SoftmaxForm form, ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> shape, int axis)
    {
        int found = axis < 0 ? axis + shape.Length : axis;
        if (found < 0 || found >= shape.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(axis), axis, $"Expected {-shape.Length} to {shape.Length - 1} for a shape of {shape.Length} sizes.");
        }

        long elements = Product(shape);
        CheckLength(input.Length, elements, shape, nameof(input));
        int outer = (int)Product(shape[..found]);
        int inner = (int)Product(shape[(found + 1)..]);
        bool reduces = form == SoftmaxForm.LogSumExp;
        CheckLength(output.Length, reduces ? (long)outer * inner : elements, shape, nameof(output));
        if (input.Overlaps(output, out int offset) && (reduces || offset != 0))
        {
            throw new ArgumentException(reduces ? "output overlaps input: expected separate memory." : $"output overlaps input, {offset} elements apart: expected the same memory or separate memory.", nameof(output));
        }

        return new(outer, shape[found], inner);
    }

    private static long Product(ReadOnlySpan<int> sizes)
    {
        long product = 1;
        foreach (int size in sizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, "shape");
            product = Math.Min(product * size, int.MaxValue + 1L);
        }

        return product;
    }

    private static void CheckLength(int actual, long expected, ReadOnlySpan<int> shape, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"Expected {expected} elements for the shape [{string.Join(", ", shape.ToArray())}], but {name} holds {actual}.", name);
        }
    }
}
