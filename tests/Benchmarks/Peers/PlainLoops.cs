using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers;

/// <summary>Attention as plain C# loops over arrays, one row after another: what one writes first.</summary>
public static class PlainLoops
{
    /// <summary>Computes the given rows of every head into <paramref name="output"/> <c>[heads, length, headDim]</c>.</summary>
    public static void Run(AttentionProblem problem, ReadOnlySpan<int> rows, float[] scores, float[] output)
    {
        int dim = problem.Kernel.HeadDim, length = problem.Length;
        float[] query = problem.Query, key = problem.Key, value = problem.Value;
        float scale = 1 / MathF.Sqrt(dim);
        for (int head = 0; head < problem.Kernel.Heads; head++)
        {
            int start = head * length * dim;
            foreach (int row in rows)
            {
                int first = problem.Kernel.Mask.First(row), end = problem.Kernel.Mask.End(row, length);
                int q = start + (row * dim);
                float max = float.NegativeInfinity;
                for (int j = first; j < end; j++)
                {
                    int k = start + (j * dim);
                    float score = 0;
                    for (int i = 0; i < dim; i++)
                    {
                        score += query[q + i] * key[k + i];
                    }

                    scores[j] = score * scale;
                    max = MathF.Max(max, scores[j]);
                }

                float sum = 0;
                for (int j = first; j < end; j++)
                {
                    scores[j] = MathF.Exp(scores[j] - max);
                    sum += scores[j];
                }

                Array.Clear(output, q, dim);
                for (int j = first; j < end; j++)
                {
                    float weight = scores[j] / sum;
                    int v = start + (j * dim);
                    for (int i = 0; i < dim; i++)
                    {
                        output[q + i] += weight * value[v + i];
                    }
                }
            }
        }
    }
}
