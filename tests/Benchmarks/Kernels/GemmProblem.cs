using AttentionGen.Kernels;

namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Seeded operands of <c>[rows, inputs] x [inputs, outputs]</c>, the second packed as a layer holds its weights.</summary>
public sealed class GemmProblem
{
    private readonly int rows, inputs, outputs;
    private readonly float[] input;
    private readonly float[] weight;
    private readonly float[] output;
    private readonly PackedMatrix packed;

    /// <summary>Draws both operands from a normal distribution; the weight is scaled by 1/sqrt(inputs).</summary>
    public GemmProblem(int rows, int inputs, int outputs)
    {
        (this.rows, this.inputs, this.outputs) = (rows, inputs, outputs);
        input = GC.AllocateArray<float>(rows * inputs, pinned: true);
        weight = new float[inputs * outputs];
        output = GC.AllocateArray<float>(rows * outputs, pinned: true);
        NormalDraw.Fill(input, seed: 1);
        NormalDraw.Fill(weight, seed: 2);
        for (int i = 0; i < weight.Length; i++)
        {
            weight[i] /= MathF.Sqrt(inputs);
        }

        packed = PackedMatrix.Pack(weight, inputs, outputs);
    }

    /// <summary>Floating-point operations of one product.</summary>
    public double Flops => 2.0 * rows * inputs * outputs;

    /// <summary>One product.</summary>
    public void Run(int threads) => Gemm.Multiply(input, rows, packed, [], output, threads);

    /// <summary>Runs once and compares sampled elements with double precision.</summary>
    /// <exception cref="InvalidDataException">A sampled element is off by more than 1e-5.</exception>
    public void Verify()
    {
        Run(threads: 1);
        for (int sample = 0; sample < 64; sample++)
        {
            int row = (int)((long)sample * (rows - 1) / 63), column = sample * 7919 % outputs;
            double exact = 0;
            for (int i = 0; i < inputs; i++)
            {
                exact += (double)input[(row * inputs) + i] * weight[(i * outputs) + column];
            }

            float actual = output[(row * outputs) + column];
            if (!(Math.Abs(actual - exact) <= 1e-5))
            {
                throw new InvalidDataException(FormattableString.Invariant($"GEMM {rows}x{inputs}x{outputs}, element [{row}, {column}]: {actual} where double precision gives {exact}."));
            }
        }
    }
}
