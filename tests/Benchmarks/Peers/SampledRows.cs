using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers;

/// <summary>
/// Evenly spread query rows for a slow competitor: it computes these and no others, and its rate is taken over the pairs they see.
/// Every row of a head is independent, so its GFLOP/s is that of the whole.
/// </summary>
public sealed class SampledRows
{
    /// <summary>Chooses as many rows of each head as <paramref name="flopBudget"/> allows, at least 8.</summary>
    public SampledRows(AttentionProblem problem, double flopBudget)
    {
        double perRow = problem.VisibleFlops / problem.Length;
        int count = (int)Math.Clamp(flopBudget / perRow, Math.Min(8, problem.Length), problem.Length);
        Rows = new int[count];
        long pairs = 0;
        for (int i = 0; i < count; i++)
        {
            // The middle of each of `count` equal stretches: the mean causal row is then the middle of the triangle.
            Rows[i] = (int)((((2L * i) + 1) * problem.Length) / (2L * count));
            pairs += problem.Kernel.Mask.End(Rows[i], problem.Length) - problem.Kernel.Mask.First(Rows[i]);
        }

        Flops = pairs * problem.FlopsPerPair * problem.Kernel.Heads;
    }

    /// <summary>Ascending row indices, the same for every head.</summary>
    public int[] Rows { get; }

    /// <summary>Floating-point operations that the rows' visible pairs take over all heads.</summary>
    public double Flops { get; }

    /// <summary>Compares the rows of a competitor's <c>[heads, length, headDim]</c> output with our kernel's.</summary>
    /// <exception cref="InvalidDataException">The two differ by more than 1e-4 somewhere.</exception>
    public void Verify(AttentionProblem problem, float[] output, string competitor)
    {
        int dim = problem.Kernel.HeadDim;
        for (int head = 0; head < problem.Kernel.Heads; head++)
        {
            foreach (int row in Rows)
            {
                int start = ((head * problem.Length) + row) * dim;
                for (int i = start; i < start + dim; i++)
                {
                    if (!(Math.Abs(output[i] - problem.Output[i]) <= 1e-4f))
                    {
                        throw new InvalidDataException(FormattableString.Invariant(
                            $"{problem.Kernel.Name}, length {problem.Length}, head {head}, row {row}: {competitor} gives {output[i]}, our kernel {problem.Output[i]}."));
                    }
                }
            }
        }
    }
}
