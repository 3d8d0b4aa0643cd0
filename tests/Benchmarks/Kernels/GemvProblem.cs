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
    private readonly PackedMatrix[] matrices;

    /// <summary>Seeded operands; the matrices are alike.</summary>
    public GemvProblem(int rows, int inputs, int outputs)
    {
        (this.rows, this.inputs, this.outputs) = (rows, inputs, outputs);
        input = GC.AllocateArray<float>(rows * inputs, pinned: true);
        output = GC.AllocateArray<float>(rows * outputs, pinned: true);
        float[] weight = new float[inputs * outputs];
        NormalDraw.Fill(input, seed: 1);
        NormalDraw.Fill(weight, seed: 2);
        long bytes = (long)inputs * outputs * sizeof(float);
        matrices = [.. Enumerable.Range(0, (int)((LeastBytes + bytes - 1) / bytes)).Select(_ => PackedMatrix.Pack(weight, inputs, outputs))];
        Bytes = bytes * matrices.Length;
    }

    /// <summary>Bytes of all weights.</summary>
    public long Bytes { get; }

    /// <summary>One product with each matrix.</summary>
    public void Run(int threads)
    {
        foreach (PackedMatrix matrix in matrices)
        {
            Gemm.Multiply(input, rows, matrix, [], output, threads);
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
