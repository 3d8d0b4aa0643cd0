namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Seeded inputs <c>[1, heads, length, dim]</c> for one attention by feature maps.</summary>
public sealed class LinearProblem
{
    private const int Heads = LinearEntry.Heads;
    private const int Dim = LinearEntry.Dim;
    private readonly float[] query;
    private readonly float[] key;
    private readonly float[] value;
    private readonly float[] output;
    private readonly float[] matrix;

    /// <summary>Draws queries, keys and values from a standard normal distribution.</summary>
    public LinearProblem(LinearEntry kernel, int length)
    {
        (Kernel, Length) = (kernel, length);
        query = Draw(1);
        key = Draw(2);
        value = Draw(3);
        matrix = new float[(kernel.Random?.Count ?? 0) * Dim];
        kernel.Random?.CopyTo(matrix);
        output = new float[Heads * length * Dim];
    }

    /// <summary>The kernel these inputs are for.</summary>
    public LinearEntry Kernel { get; }

    /// <summary>Positions of queries and keys.</summary>
    public int Length { get; }

    /// <summary>One call.</summary>
    public void Run(int threads, SimdTier tier) => Kernel.Forward(
        ReadOnlyTensorView.HeadsFirst(query, 1, Heads, Length, Dim),
        ReadOnlyTensorView.HeadsFirst(key, 1, Heads, Length, Dim),
        ReadOnlyTensorView.HeadsFirst(value, 1, Heads, Length, Dim),
        TensorView.HeadsFirst(output, 1, Heads, Length, Dim),
        new AttentionArguments { MaxThreads = threads, Tier = tier });

    /// <summary>Runs once and compares sampled rows with a double-precision evaluation of the formula.</summary>
    /// <exception cref="InvalidDataException">A sampled element is off by more than 1e-5.</exception>
    public void Verify(int threads, SimdTier tier)
    {
        Run(threads, tier);
        for (int sample = 0; sample < 4; sample++)
        {
            int head = (sample * 3) % Heads;
            int row = (int)((long)sample * (Length - 1) / 3);
            double[] exact = ExactRow(head, row);
            for (int c = 0; c < Dim; c++)
            {
                float actual = output[(((head * Length) + row) * Dim) + c];
                if (!(Math.Abs(actual - exact[c]) <= 1e-5))
                {
                    throw new InvalidDataException(FormattableString.Invariant($"{Kernel.Name}, length {Length}, head {head}, row {row}, feature {c}: {actual} where double precision gives {exact[c]}."));
                }
            }
        }
    }

    private float[] Draw(int seed)
    {
        var data = new float[Heads * Length * Dim];
        NormalDraw.Fill(data, seed);
        return data;
    }

    private double[] ExactRow(int head, int row)
    {
        double[] queryFeatures = Map(query.AsSpan(((head * Length) + row) * Dim, Dim));
        var sum = new double[Dim];
        double total = 0;
        for (int j = 0; j < (Kernel.IsCausal ? row + 1 : Length); j++)
        {
            double[] keyFeatures = Map(key.AsSpan(((head * Length) + j) * Dim, Dim));
            double weight = 0;
            for (int f = 0; f < keyFeatures.Length; f++)
            {
                weight += queryFeatures[f] * keyFeatures[f];
            }

            total += weight;
            for (int c = 0; c < Dim; c++)
            {
                sum[c] += weight * value[(((head * Length) + j) * Dim) + c];
            }
        }

        return [.. sum.Select(x => x / total)];
    }

    private double[] Map(ReadOnlySpan<float> row)
    {
        if (Kernel.Random is not { } random)
        {
            var own = new double[row.Length];
            for (int c = 0; c < own.Length; c++)
            {
                own[c] = row[c] > 0 ? 1.0 + row[c] : Math.Exp(row[c]);
            }

            return own;
        }

        var features = new double[random.Count];
        double scale = Math.Pow(random.Dim, -0.25);
        for (int f = 0; f < features.Length; f++)
        {
            double exponent = 0;
            for (int c = 0; c < row.Length; c++)
            {
                double x = row[c] * scale;
                exponent += (matrix[(f * random.Dim) + c] * x) - (x * x / 2);
            }

            features[f] = Math.Exp(exponent);
        }

        return features;
    }
}
