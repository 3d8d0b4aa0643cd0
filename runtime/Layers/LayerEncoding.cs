namespace AttentionGen.Kernels;

/// <summary>What a layer adds to its input before the projections: sines and cosines, its learned table, or both.</summary>
internal sealed class LayerEncoding(AttentionWeights weights, SinusoidalEncoding? sinusoids) : IDisposable
{
    private readonly int width = weights.Shape.DModel;
    private readonly int learned = weights.Shape.LearnedPositions;
    private readonly NativeFloats encoded = new();

    /// <summary>Whether anything is added.</summary>
    public bool IsAdded => sinusoids is not null || learned > 0;

    /// <summary>Holds the last position of each sequence to the tables.</summary>
    /// <param name="cumulative">Where each of several sequences laid end to end begins; empty: there is one length.</param>
    /// <param name="batch">Sequences of one length.</param>
    /// <param name="length">Their length.</param>
    /// <param name="past">What stands before them.</param>
    /// <param name="name">The argument to be named.</param>
    /// <exception cref="ArgumentException">A sequence, with the positions of its past, is longer than a table.</exception>
    public void CheckLength(ReadOnlySpan<int> cumulative, int batch, int length, PastPositions past, string name)
    {
        if (past.Cache is not null)
        {
            CheckCached(cumulative, batch, length, past, name);
            return;
        }

        int longest = past[0] + Longest(cumulative, length);
        sinusoids?.CheckLength(longest, name);
        if (learned > 0 && longest > learned)
        {
            throw new ArgumentException($"{longest} positions are past the learned table's {learned} (MaxLength).", name);
        }
    }

    /// <summary>The input <c>[batch, length, DModel]</c> with its encodings, which in each sequence start behind its past; lengths were checked.</summary>
    public unsafe ReadOnlySpan<float> Encode(ReadOnlySpan<float> input, int batch, int length, scoped PastPositions past, scoped ReadOnlySpan<int> cumulative)
    {
        if (sinusoids is null && learned == 0)
        {
            return input;
        }

        Span<float> sum = new(encoded.Reserve(input.Length), input.Length);
        int sequences = cumulative.IsEmpty ? batch : cumulative.Length - 1;
        for (int s = 0; s < sequences; s++)
        {
            int first = cumulative.IsEmpty ? s * length : cumulative[s];
            int rows = cumulative.IsEmpty ? length : cumulative[s + 1] - first;
            if (rows > 0)
            {
                AddEncoding(input.Slice(first * width, rows * width), sum.Slice(first * width, rows * width), rows, past[s]);
            }
        }

        return sum;
    }

    /// <summary>The sum of the encodings at <paramref name="positions"/>, <c>[positions, DModel]</c>.</summary>
    /// <exception cref="ArgumentException">A position is negative or past a table, or the span does not hold that many elements; nothing was written.</exception>
    public void GetEncoding(ReadOnlySpan<int> positions, Span<float> encoding)
    {
        weights.ThrowIfDisposed();
        if (encoding.Length != (long)positions.Length * width)
        {
            throw new ArgumentException($"Expected [{positions.Length}, {width}] = {(long)positions.Length * width} elements (positions, DModel), but the span holds {encoding.Length}.", nameof(encoding));
        }

        if (learned > 0)
        {
            foreach (int position in positions)
            {
                if ((uint)position >= (uint)learned)
                {
                    throw new ArgumentOutOfRangeException(nameof(positions), position, $"Expected positions from 0 to {learned - 1} (the learned table's MaxLength {learned}).");
                }
            }
        }

        if (sinusoids is null)
        {
            encoding.Clear();
        }
        else
        {
            sinusoids.GetEncoding(positions, encoding);
        }

        for (int row = 0; learned > 0 && row < positions.Length; row++)
        {
            Span<float> sum = encoding.Slice(row * width, width);
            VectorSum.Add(sum, weights.Positions.AsSpan(positions[row] * width, width), sum);
        }
    }

    public void Dispose() => encoded.Dispose();

    private void CheckCached(ReadOnlySpan<int> cumulative, int batch, int length, PastPositions past, string name)
    {
        bool isLearned = learned > 0 && learned <= (sinusoids?.Limit ?? int.MaxValue);
        int limit = isLearned ? learned : sinusoids?.Limit ?? int.MaxValue;
        int sequences = cumulative.IsEmpty ? batch : cumulative.Length - 1;
        for (int s = 0; s < sequences; s++)
        {
            int rows = cumulative.IsEmpty ? length : cumulative[s + 1] - cumulative[s];
            if (rows > 0 && rows > limit - past[s])
            {
                throw new ArgumentException(
                    $"Sequence {past.Number(s)} of the cache holds {past[s]} tokens and {rows} more were given, but the {(isLearned ? "learned table" : "sinusoidal encoding")} has {limit} positions (MaxLength).",
                    name);
            }
        }
    }

    /// <summary>The most positions of one sequence.</summary>
    private static int Longest(ReadOnlySpan<int> cumulative, int length)
    {
        int longest = cumulative.IsEmpty ? length : 0;
        for (int s = 1; s < cumulative.Length; s++)
        {
            longest = Math.Max(longest, cumulative[s] - cumulative[s - 1]);
        }

        return longest;
    }

    /// <summary><c>sum = input + encodings</c> of one sequence.</summary>
    private void AddEncoding(ReadOnlySpan<float> input, Span<float> sum, int rows, int past)
    {
        if (sinusoids is null)
        {
            input.CopyTo(sum);
        }
        else
        {
            sinusoids.AddTo(input, sum, 1, rows, past);
        }

        if (learned > 0)
        {
            VectorSum.Add(sum, weights.Positions.AsSpan(past * width, sum.Length), sum);
        }
    }
}
