using AttentionGen.Kernels;

namespace AttentionGen.Benchmarks.Kernels;

/// <summary>
/// A few rows times as many weights as a model's layers have: one matrix after another, more than the caches hold, as in a step of decoding.
/// </summary>
public sealed class GemvProblem : IDisposable
{
    /// <summary>Several times the last-level cache.</summary>
    private const long LeastBytes = 256L << 20;

    private readonly int rows, inputs, outputs;
    private readonly float[] input;
    private readonly float[] output;
    private readonly float[] stored;
    private readonly PackedMatrix[] matrices;

    /// <summary>Seeded operands; the matrices are alike.</summary>
    public GemvProblem(int rows, int inputs, int outputs, WeightPrecision precision)
    {
        (this.rows, this.inputs, this.outputs) = (rows, inputs, outputs);
        input = GC.AllocateArray<float>(rows * inputs, pinned: true);
        output = GC.AllocateArray<float>(rows * outputs, pinned: true);
        float[] weight = new float[inputs * outputs];
        NormalDraw.Fill(input, seed: 1);
        NormalDraw.Fill(weight, seed: 2);
        for (int n = 0; n < weight.Length; n++)
        {
            weight[n] /= MathF.Sqrt(inputs);
        }

        PackedMatrix first = PackedMatrix.Pack(weight, inputs, outputs, precision);
        matrices = [first, .. Enumerable.Range(0, (int)((LeastBytes - 1) / first.Bytes)).Select(_ => PackedMatrix.Pack(weight, inputs, outputs, precision))];
        Bytes = first.Bytes * matrices.Length;
        stored = new float[weight.Length];
        first.CopyTo(stored);
    }

    /// <summary>Bytes of all weights as they are stored, scales included.</summary>
    public long Bytes { get; }

    /// <summary>One product with each matrix.</summary>
    public void Run(int threads)
    {
        foreach (PackedMatrix matrix in matrices)
        {
            Gemm.Multiply(input, rows, matrix, [], output, threads);
        }
    }

    /// <summary>Runs once and compares sampled elements with the stored weights' product in double precision.</summary>
    /// <exception cref="InvalidDataException">A sampled element is off by more than 1e-5.</exception>
    public void Verify()
    {
        Run(threads: 1);
        for (int sample = 0; sample < 64; sample++)
        {
            int row = sample % rows, column = sample * 7919 % outputs;
            double exact = 0;
            for (int i = 0; i < inputs; i++)
            {
                exact += (double)input[(row * inputs) + i] * stored[(i * outputs) + column];
            }

            float actual = output[(row * outputs) + column];
            if (!(Math.Abs(actual - exact) <= 1e-5))
            {
                throw new InvalidDataException(FormattableString.Invariant($"GEMV {rows}x{inputs}x{outputs}, element [{row}, {column}]: {actual} where double precision gives {exact}."));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedMatrix matrix in matrices)
        {
            matrix.Dispose();
        }
    }
}
