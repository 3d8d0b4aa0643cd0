using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Sines and cosines added to a layer's input (Vaswani et al. 2017):
/// <c>PE(p, 2i) = sin(p / base^(2i / dModel))</c>, <c>PE(p, 2i + 1) = cos(p / base^(2i / dModel))</c>. Computed in double, stored in single precision.
/// Safe for concurrent use.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class SinusoidalEncoding : PositionTable
{
    private const int DefaultMaxLength = 5000;

    private readonly double[] frequencies;

    /// <summary>An empty table that grows with the positions asked for.</summary>
    /// <param name="dModel">Features of a position.</param>
    /// <param name="baseFrequency">The base of the geometric progression, usually 10000.</param>
    /// <param name="maxLength">Positions at most; 0 means 5000.</param>
    /// <exception cref="ArgumentException">A size is negative, <paramref name="dModel"/> is zero, or <paramref name="baseFrequency"/> is not a positive number.</exception>
    public SinusoidalEncoding(int dModel, double baseFrequency = 10000, int maxLength = 0)
        : base(dModel, maxLength == 0 ? DefaultMaxLength : maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dModel);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);
        if (!double.IsFinite(baseFrequency) || baseFrequency <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(baseFrequency), baseFrequency, "Expected a positive number.");
        }

        frequencies = new double[(dModel + 1) / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = Math.Pow(baseFrequency, -2.0 * pair / dModel);
        }
    }

    private protected override string LimitReason => "the sinusoidal encoding's MaxLength ends there.";

    /// <summary>Writes the encodings of chosen positions.</summary>
    /// <param name="positions">Positions, each 0 to <see cref="PositionTable.Limit"/> - 1.</param>
    /// <param name="encoding"><c>[positions, dModel]</c>.</param>
    /// <exception cref="ArgumentException">A position is negative or past the limit, or the span does not hold that many elements; nothing was written.</exception>
    public void GetEncoding(ReadOnlySpan<int> positions, Span<float> encoding)
    {
        if (encoding.Length != (long)positions.Length * Width)
        {
            throw new ArgumentException(
                $"Expected [{positions.Length}, {Width}] = {(long)positions.Length * Width} elements (positions, model width), but the span holds {encoding.Length}.",
                nameof(encoding));
        }

        int highest = -1;
        foreach (int position in positions)
        {
            if ((uint)position >= (uint)Limit)
            {
                throw new ArgumentOutOfRangeException(nameof(positions), position, $"Expected positions from 0 to {Limit - 1} (MaxLength {Limit}).");
            }

            highest = Math.Max(highest, position);
        }

        ReadOnlySpan<float> table = Table(highest + 1);
        for (int row = 0; row < positions.Length; row++)
        {
            table.Slice(positions[row] * Width, Width).CopyTo(encoding.Slice(row * Width, Width));
        }
    }

    /// <summary>Adds the encodings of positions 0 to <paramref name="length"/> - 1 in place.</summary>
    /// <param name="input"><c>[batch, length, dModel]</c>.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions per sequence.</param>
    /// <exception cref="ArgumentException">The span does not hold that many elements, or the length is past the limit; nothing was written.</exception>
    public void AddTo(Span<float> input, int batch, int length)
    {
        TensorLayout.HeadsFirst(batch, 1, length, Width).CheckExact(input.Length, nameof(input));
        AddTo(input, input, batch, length);
    }

    /// <summary><c>destination = input + encoding</c>, shapes checked by the caller; the destination may be the input. Positions count on from <paramref name="past"/>.</summary>
    internal void AddTo(ReadOnlySpan<float> input, Span<float> destination, int batch, int length, int past = 0)
    {
        CheckLength(past + length, nameof(length));
        if (batch == 0 || length == 0)
        {
            return;
        }

        ReadOnlySpan<float> table = Table(past + length)[(past * Width)..];
        for (int sequence = 0; sequence < batch; sequence++)
        {
            int start = sequence * table.Length;
            VectorSum.Add(input.Slice(start, table.Length), table, destination[start..]);
        }

        GC.KeepAlive(this);
    }

    /// <exception cref="ArgumentException">The last position is past the limit.</exception>
    internal void CheckLength(int length, [CallerArgumentExpression(nameof(length))] string? name = null)
    {
        if (length > Limit)
        {
            throw new ArgumentException($"Position {length - 1} is past the last, {Limit - 1}: {LimitReason}", name);
        }
    }

    private protected override void Fill(float* table, int first, int past)
    {
        for (int position = first; position < past; position++)
        {
            float* row = table + ((long)position * Width);
            for (int feature = 0; feature < Width; feature++)
            {
                double angle = position * frequencies[feature / 2];
                row[feature] = (float)(feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }
    }

    private ReadOnlySpan<float> Table(int positions) => new(Rows(positions), checked(positions * Width));
}
