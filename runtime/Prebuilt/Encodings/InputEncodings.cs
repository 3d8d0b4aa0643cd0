using AttentionGen.Kernels;

namespace AttentionGen.Prebuilt;

/// <summary>Sines and cosines (Vaswani et al. 2017).</summary>
internal sealed class SinusoidalInput(PositionalEncodingOptions options) : IInputEncoding
{
    private readonly SinusoidalEncoding encoding = new(options.Dim, options.Base, options.MaxLength);

    public string Name => PositionalEncodings.Sinusoidal;

    public void GetEncoding(ReadOnlySpan<int> positions, Span<float> encoding) => this.encoding.GetEncoding(positions, encoding);

    public void AddTo(Span<float> input, int batch, int length) => encoding.AddTo(input, batch, length);
}

/// <summary>A table of rows (Gehring et al. 2017), at its first values.</summary>
internal sealed class LearnedInput : IInputEncoding
{
    private const int DefaultLength = 512;
    private const double Deviation = 0.02;
    private readonly int dim;
    private readonly int limit;
    private readonly float[] table;

    public LearnedInput(PositionalEncodingOptions options)
    {
        dim = options.Dim;
        limit = options.MaxLength == 0 ? DefaultLength : options.MaxLength;
        table = new float[checked(limit * dim)];
        new WeightInitialiser(options.Seed, 0).Normal(table, Deviation);
    }

    public string Name => PositionalEncodings.Learned;

    public void GetEncoding(ReadOnlySpan<int> positions, Span<float> encoding)
    {
        TensorLayout.HeadsFirst(1, 1, positions.Length, dim).CheckExact(encoding.Length, nameof(encoding));
        foreach (int position in positions)
        {
            if ((uint)position >= (uint)limit)
            {
                throw new ArgumentOutOfRangeException(nameof(positions), position, $"Expected positions from 0 to {limit - 1} (MaxLength {limit}).");
            }
        }

        for (int row = 0; row < positions.Length; row++)
        {
            table.AsSpan(positions[row] * dim, dim).CopyTo(encoding[(row * dim)..]);
        }
    }

    public void AddTo(Span<float> input, int batch, int length)
    {
        TensorLayout.HeadsFirst(batch, 1, length, dim).CheckExact(input.Length, nameof(input));
        if (length > limit)
        {
            throw new ArgumentException($"Expected at most {limit} positions (MaxLength), but got {length}.", nameof(length));
        }

        for (int sequence = 0; sequence < batch; sequence++)
        {
            Span<float> rows = input.Slice(sequence * length * dim, length * dim);
            VectorSum.Add(rows, table, rows);
        }
    }
}
