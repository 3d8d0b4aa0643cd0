using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// The random features of a performer (FAVOR+, Choromanski et al. 2021, sections 2.3 and 2.4): rows <c>[Count, Dim]</c> in blocks of Dim rows that
/// are orthogonal to each other, each as long as a row of independent normal numbers would be. Immutable; the same seed gives the same features.
/// </summary>
public sealed unsafe class RandomFeatures
{
    /// <summary>Kernels read whole register tiles of up to this many rows past the last, which are zero.</summary>
    private const int RowPadding = 16;

    /// <summary>A direction left over by Gram and Schmidt's projections that is shorter than this is noise.</summary>
    private const double LeastLength = 1e-6;

    private readonly NativeFloats rows = new();
    private readonly NativeFloats columns = new();

    /// <summary>Draws the features.</summary>
    /// <param name="count">Features.</param>
    /// <param name="dim">Features of a query or key head.</param>
    /// <param name="seed">The same seed gives the same features.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the matrix is too large for a span.</exception>
    public RandomFeatures(int count, int dim, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dim);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * dim, Array.MaxLength, nameof(count));
        (Count, Dim, Seed) = (count, dim, seed);
        Stride = ((count + 15) / 16 * 16) + 16;
        Draw(rows.Reserve((long)(count + RowPadding) * dim));
        Transpose(columns.Reserve((long)Stride * dim));
    }

    /// <summary>Features.</summary>
    public int Count { get; }

    /// <summary>Features of a query or key head.</summary>
    public int Dim { get; }

    /// <summary>What the features were drawn with.</summary>
    public int Seed { get; }

    /// <summary>Floats from one row of the transposed matrix to the next: whole registers, and one more so that rows don't share cache sets.</summary>
    internal int Stride { get; }

    /// <summary><c>[Count and zero rows after it, Dim]</c>; valid as long as this object is reachable.</summary>
    internal float* RowsPointer => rows.Pointer;

    /// <summary><c>[Dim, Stride]</c>, zero past Count; valid as long as this object is reachable.</summary>
    internal float* ColumnsPointer => columns.Pointer;

    /// <summary>Copies the matrix.</summary>
    /// <param name="matrix"><c>[Count, Dim]</c>.</param>
    /// <exception cref="ArgumentException">The span does not hold that many elements.</exception>
    public void CopyTo(Span<float> matrix)
    {
        if (matrix.Length != Count * Dim)
        {
            throw new ArgumentException($"Expected [{Count}, {Dim}] = {Count * Dim} elements (features, head dim), but the span holds {matrix.Length}.", nameof(matrix));
        }

        new ReadOnlySpan<float>(rows.Pointer, matrix.Length).CopyTo(matrix);
        GC.KeepAlive(this);
    }

    private void Draw(float* matrix)
    {
        new Span<float>(matrix + ((long)Count * Dim), RowPadding * Dim).Clear();
        WeightInitialiser directions = new(Seed, stream: 101), lengths = new(Seed, stream: 102);
        double[][] block = new double[Math.Min(Count, Dim)][];
        float[] normal = new float[Dim];
        for (int first = 0; first < Count; first += Dim)
        {
            for (int r = 0; r < Math.Min(Dim, Count - first); r++)
            {
                do
                {
                    directions.Normal(normal, 1);
                    block[r] = Array.ConvertAll(normal, static x => (double)x);
                }
                while (!MakeOrthonormal(block, r));

                lengths.Normal(normal, 1);
                double length = Math.Sqrt(normal.Sum(static x => (double)x * x));
                for (int c = 0; c < Dim; c++)
                {
                    matrix[((long)(first + r) * Dim) + c] = (float)(length * block[r][c]);
                }
            }
        }
    }

    /// <summary>Gram and Schmidt's projections, twice over, so that rounding leaves nothing of the rows before. False when too little is left to be a direction.</summary>
    private static bool MakeOrthonormal(double[][] block, int r)
    {
        double[] row = block[r];
        for (int pass = 0; pass < 2; pass++)
        {
            for (int other = 0; other < r; other++)
            {
                double overlap = Dot(row, block[other]);
                for (int c = 0; c < row.Length; c++)
                {
                    row[c] -= overlap * block[other][c];
                }
            }

            double length = Math.Sqrt(Dot(row, row));
            if (length < LeastLength)
            {
                return false;
            }

            for (int c = 0; c < row.Length; c++)
            {
                row[c] /= length;
            }
        }

        return true;
    }

    private static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int c = 0; c < left.Length; c++)
        {
            sum += left[c] * right[c];
        }

        return sum;
    }

    private void Transpose(float* transposed)
    {
        new Span<float>(transposed, checked(Stride * Dim)).Clear();
        for (int feature = 0; feature < Count; feature++)
        {
            for (int c = 0; c < Dim; c++)
            {
                transposed[((long)c * Stride) + feature] = rows.Pointer[((long)feature * Dim) + c];
            }
        }
    }
}
