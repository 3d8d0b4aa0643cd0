using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance.Kernels;

/// <summary>What the oracle's layer makes of a declared layer's call, with the weights read back from the layer.</summary>
public static class LayerOracle
{
    // Gains start at 1 and sinks at 0, where a layer that ignored them would pass.
    public static void Disturb(LayerHost layer, Random random)
    {
        foreach (string name in new[] { "q_norm.weight", "k_norm.weight", "sinks", "position_embedding.weight" })
        {
            if (layer.Tensor(name) is { } values)
            {
                layer.Set(name, random.Normal(values.Length));
            }
        }
    }

    /// <summary>The exact output.</summary>
    /// <param name="declaration">What was declared.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="call">The call.</param>
    /// <param name="inputs">Masks and rotary positions; null: none.</param>
    public static double[] Expected(LayerDeclaration declaration, LayerHost layer, LayerCall call, CallInputs? inputs = null)
    {
        HeadShape shape = declaration.Shape;
        int keyLength = declaration.Cross ? call.MemoryLength : call.Length;
        var sizes = new AttentionSizes(call.Batch, shape.Heads, shape.KvHeads, call.Length, keyLength, shape.HeadDim, shape.ValueDim);
        ReferenceProblem problem = declaration.Kernel.ToProblem(sizes, [], [], [], Tables(declaration.Kernel, layer, inputs ?? CallInputs.None) with
        {
            KeyLengths = call.KeyLengths,
            QueryGain = layer.Tensor("q_norm.weight"),
            KeyGain = layer.Tensor("k_norm.weight"),
            SinkLogits = layer.Tensor("sinks"),
        });
        ReferenceEncoding[] encodings = [.. problem.Encodings.Zip(declaration.Encodings, (encoding, declared) => LayerDeclaration.IsLearned(declared)
            ? new ReferenceEncoding("learned", Parameters.None.With("Table", layer.Tensor("position_embedding.weight")!))
            : encoding)];
        return ReferenceLayer.Forward(layer.Weights(), problem.WithEncodings(encodings), declaration.Width, call.Input, call.Memory);
    }

    private static CallInputs Tables(Declaration kernel, LayerHost layer, CallInputs inputs) => inputs with
    {
        RelativeKeys = layer.Tensor("relative_keys"),
        RelativeValues = layer.Tensor("relative_values"),
        BucketBias = layer.Tensor("relative_attention_bias.weight") is { } table ? Transpose(table, kernel.Find("t5")!.Int("Buckets", 32)) : null,
    };

    // A layer keeps T5's [buckets, heads]; the oracle takes [heads, buckets].
    private static float[] Transpose(float[] table, int rows)
    {
        int columns = table.Length / rows;
        return [.. Enumerable.Range(0, table.Length).Select(n => table[(n % rows * columns) + (n / rows)])];
    }

    // Three products of at most a few hundred terms and a softmax between: 40 roundings of the largest element is several times what they do to
    // Xavier-scaled unit normal data, and a hundredth of what a wrong weight does.
    public static void Near(double[] expected, float[] actual, LayerDeclaration declaration, SimdTier tier, string what = "")
    {
        double bound = 40 * ErrorBound.UnitRoundoff * Math.Max(1, expected.Max(Math.Abs));
        Assert.Equal(expected.Length, actual.Length);
        for (int n = 0; n < expected.Length; n++)
        {
            Assert.True(Math.Abs(actual[n] - expected[n]) <= bound, $"Element {n}: expected {expected[n]:R}, got {actual[n]:R}, allowed {bound:E2}. {declaration.Name}, {tier} {what} ({TestSeed.Repeat})");
        }
    }
}
