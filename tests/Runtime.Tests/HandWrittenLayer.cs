using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

/// <summary>A layer as the generator writes it, but for the kernel: a double loop stands in for that. Self- and cross-attention side by side.</summary>
internal sealed class HandWrittenLayer(LayerShape shape, bool sinusoidal) : IDisposable
{
    private readonly AttentionLayerState state = new(shape, 0, sinusoidal ? new SinusoidalEncoding(shape.DModel) : null);

    public AttentionWeights Weights => state.Weights;

    public void Forward(ReadOnlySpan<float> input, Span<float> output, int batch, int length, in AttentionArguments arguments = default)
    {
        LayerCall call = state.Project(input, output, batch, length, arguments);
        Attend(call);
        state.ProjectOutput(call, output, arguments);
    }

    public void Forward(ReadOnlySpan<float> input, ReadOnlySpan<float> memory, Span<float> output, int batch, int length, int memoryLength, in AttentionArguments arguments = default)
    {
        LayerCall call = state.ProjectCross(input, memory, output, batch, length, memoryLength, arguments);
        Attend(call);
        state.ProjectOutput(call, output, arguments);
    }

    public void Dispose() => state.Dispose();

    private void Attend(LayerCall call)
    {
        double[] context = ReferenceAttention.Run(
            Widen(call.Query.Data), Widen(call.Key.Data), Widen(call.Value.Data), call.Query.Layout.Batch, call.Query.Layout.Length, call.Key.Layout.Length, shape);
        for (int i = 0; i < context.Length; i++)
        {
            call.Context.Data[i] = (float)context[i];
        }
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}

/// <summary>Softmax attention over packed <c>[batch, length, heads * dim]</c> tensors, straight from the formula.</summary>
internal static class ReferenceAttention
{
    public static double[] Run(double[] q, double[] k, double[] v, int batch, int length, int keyLength, LayerShape shape)
    {
        (int heads, int kvHeads, int dim, int valueDim) = (shape.Heads, shape.KvHeads, shape.HeadDim, shape.ValueDim);
        double[] context = new double[batch * length * heads * valueDim];
        double[] weight = new double[keyLength];
        for (int row = 0; row < batch * length * heads; row++)
        {
            int head = row % heads;
            int firstKey = row / heads / length * keyLength;
            for (int j = 0; j < keyLength; j++)
            {
                double score = 0;
                for (int c = 0; c < dim; c++)
                {
                    score += q[(row * dim) + c] * k[((((firstKey + j) * kvHeads) + (head / (heads / kvHeads))) * dim) + c];
                }

                weight[j] = score / Math.Sqrt(dim);
            }

            double highest = weight.DefaultIfEmpty(0).Max();
            double sum = weight.Sum(score => Math.Exp(score - highest));
            for (int j = 0; j < keyLength; j++)
            {
                for (int c = 0; c < valueDim; c++)
                {
                    context[(row * valueDim) + c] += Math.Exp(weight[j] - highest) / sum * v[((((firstKey + j) * kvHeads) + (head / (heads / kvHeads))) * valueDim) + c];
                }
            }
        }

        return context;
    }
}
