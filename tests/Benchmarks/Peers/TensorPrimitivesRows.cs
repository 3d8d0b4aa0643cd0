using System.Numerics.Tensors;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers;

/// <summary>Attention on System.Numerics.Tensors, row by row: a dot product per key, a softmax, a multiply-add per value.</summary>
public static class TensorPrimitivesRows
{
    /// <summary>Computes the given rows of every head into <paramref name="output"/> <c>[heads, length, headDim]</c>.</summary>
    public static void Run(AttentionProblem problem, ReadOnlySpan<int> rows, float[] scores, float[] output)
    {
        int dim = problem.Kernel.HeadDim, length = problem.Length;
        float scale = 1 / MathF.Sqrt(dim);
        for (int head = 0; head < problem.Kernel.Heads; head++)
        {
            int start = head * length * dim;
            ReadOnlySpan<float> keys = problem.Key.AsSpan(start, length * dim);
            ReadOnlySpan<float> values = problem.Value.AsSpan(start, length * dim);
            foreach (int row in rows)
            {
                int first = problem.Kernel.Mask.First(row), end = problem.Kernel.Mask.End(row, length);
                ReadOnlySpan<float> query = problem.Query.AsSpan(start + (row * dim), dim);
                Span<float> weights = scores.AsSpan(0, end - first);
                for (int j = first; j < end; j++)
                {
                    weights[j - first] = TensorPrimitives.Dot(query, keys.Slice(j * dim, dim));
                }

                TensorPrimitives.Multiply(weights, scale, weights);
                TensorPrimitives.SoftMax(weights, weights);
                Span<float> sum = output.AsSpan(start + (row * dim), dim);
                sum.Clear();
                for (int j = first; j < end; j++)
                {
                    TensorPrimitives.MultiplyAdd(values.Slice(j * dim, dim), weights[j - first], sum, sum);
                }
            }
        }
    }
}
