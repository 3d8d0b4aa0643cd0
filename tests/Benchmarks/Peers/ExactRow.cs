using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers;

/// <summary>One output row of attention in double precision, straight from the formula.</summary>
public static class ExactRow
{
    /// <summary>Writes row <paramref name="query"/> of one head.</summary>
    public static void Evaluate(AttentionProblem problem, int head, int query, Span<double> output)
    {
        int dim = problem.Kernel.HeadDim, length = problem.Length;
        int first = problem.Kernel.Mask.First(query), end = problem.Kernel.Mask.End(query, length);
        int headStart = head * length * dim;
        ReadOnlySpan<float> q = problem.Query.AsSpan(headStart + (query * dim), dim);
        var weights = new double[end - first];
        double max = double.NegativeInfinity;
        for (int key = first; key < end; key++)
        {
            ReadOnlySpan<float> k = problem.Key.AsSpan(headStart + (key * dim), dim);
            double score = 0;
            for (int i = 0; i < dim; i++)
            {
                score += (double)q[i] * k[i];
            }

            weights[key - first] = problem.Kernel.Mask.Sees(query, key, length) ? score / Math.Sqrt(dim) : double.NegativeInfinity;
            max = Math.Max(max, weights[key - first]);
        }

        double sum = 0;
        output.Clear();
        for (int key = first; key < end; key++)
        {
            double weight = Math.Exp(weights[key - first] - max);
            sum += weight;
            ReadOnlySpan<float> v = problem.Value.AsSpan(headStart + (key * dim), dim);
            for (int i = 0; i < dim; i++)
            {
                output[i] += weight * v[i];
            }
        }

        for (int i = 0; i < dim; i++)
        {
            output[i] /= sum;
        }
    }
}
