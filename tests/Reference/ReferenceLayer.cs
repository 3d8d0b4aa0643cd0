namespace AttentionGen.Reference;

/// <summary>The weights of an attention layer. Matrices are <c>[inputs, outputs]</c>, row-major: output = input x W + bias.</summary>
/// <param name="Query"><c>[DModel, Heads * HeadDim]</c>.</param>
/// <param name="Key"><c>[DModel, KvHeads * HeadDim]</c>.</param>
/// <param name="Value"><c>[DModel, KvHeads * ValueDim]</c>.</param>
/// <param name="Output"><c>[Heads * ValueDim, DModel]</c>.</param>
/// <param name="QueryBias"><c>[Heads * HeadDim]</c>, or null.</param>
/// <param name="KeyBias"><c>[KvHeads * HeadDim]</c>, or null.</param>
/// <param name="ValueBias"><c>[KvHeads * ValueDim]</c>, or null.</param>
/// <param name="OutputBias"><c>[DModel]</c>, or null.</param>
public sealed record LayerWeights(
    float[] Query,
    float[] Key,
    float[] Value,
    float[] Output,
    float[]? QueryBias = null,
    float[]? KeyBias = null,
    float[]? ValueBias = null,
    float[]? OutputBias = null);

/// <summary>An attention layer in double precision: input-added encodings, projections, attention, output projection (Vaswani et al. 2017, section 3.2.2).</summary>
public static class ReferenceLayer
{
    /// <summary>The layer's output, <c>[batch, queryLength, DModel]</c>.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="problem">What was declared and passed; its query, key and value are ignored.</param>
    /// <param name="width">DModel.</param>
    /// <param name="input"><c>[batch, queryLength, DModel]</c>.</param>
    /// <param name="memory"><c>[batch, keyLength, DModel]</c>, where keys and values come from; null: the input.</param>
    /// <remarks>The input encodings are added to the input alone: a memory comes from an encoder that has put positions into it (Vaswani et al. 2017, figure 1).</remarks>
    public static double[] Forward(LayerWeights weights, ReferenceProblem problem, int width, float[] input, float[]? memory = null)
    {
        AttentionSizes sizes = problem.Sizes;
        double[] queries = AddEncodings(problem, width, input, sizes.QueryLength);
        double[] sources = memory is null ? queries : ReferenceProblem.Widen(memory);
        double[] q = Project(queries, weights.Query, weights.QueryBias, sizes.Batch, sizes.QueryLength, width, sizes.Heads, sizes.HeadDim);
        double[] k = Project(sources, weights.Key, weights.KeyBias, sizes.Batch, sizes.KeyLength, width, sizes.KvHeads, sizes.HeadDim);
        double[] v = Project(sources, weights.Value, weights.ValueBias, sizes.Batch, sizes.KeyLength, width, sizes.KvHeads, sizes.ValueDim);
        double[] attended = ReferenceAttention.Forward(problem.WithTensors(q, k, v)).Output;
        double[] packed = SwapAxes(attended, sizes.Batch, sizes.Heads, sizes.QueryLength, sizes.ValueDim);
        double[] output = ReferenceGemm.Multiply(packed, weights.Output, sizes.Batch * sizes.QueryLength, sizes.Heads * sizes.ValueDim, width, weights.OutputBias);
        return problem.Type == "crossmemory" ? MixLocal(problem.Parameters, output, input) : output;
    }

    // A layer's local features are its input.
    private static double[] MixLocal(Parameters parameters, double[] output, float[] input)
    {
        (double ratio, double share) = LocalMix.Shares(parameters);
        return [.. output.Select((value, n) => (ratio * value) + (share * input[n]))];
    }

    private static double[] AddEncodings(ReferenceProblem problem, int width, float[] input, int length)
    {
        double[] result = ReferenceProblem.Widen(input);
        foreach (ReferenceEncoding encoding in problem.Encodings.Where(encoding => encoding.Definition.InputRow is not null))
        {
            for (int row = 0; row < problem.Sizes.Batch * length; row++)
            {
                double[] added = encoding.Definition.InputRow!(encoding.Parameters, width, row % length);
                for (int feature = 0; feature < width; feature++)
                {
                    result[(row * width) + feature] += added[feature];
                }
            }
        }

        return result;
    }

    private static double[] Project(double[] input, float[] weight, float[]? bias, int batch, int length, int width, int heads, int dim)
    {
        double[] packed = ReferenceGemm.Multiply(input, weight, batch * length, width, heads * dim, bias);
        return SwapAxes(packed, batch, length, heads, dim);
    }

    // [batch, first, second, dim] -> [batch, second, first, dim]
    private static double[] SwapAxes(double[] source, int batch, int first, int second, int dim)
    {
        var result = new double[source.Length];
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < first; i++)
            {
                for (int j = 0; j < second; j++)
                {
                    Array.Copy(source, ((((b * first) + i) * second) + j) * dim, result, ((((b * second) + j) * first) + i) * dim, dim);
                }
            }
        }

        return result;
    }
}
