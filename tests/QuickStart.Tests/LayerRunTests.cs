using AttentionGen;
using AttentionGen.Reference;
using Xunit;

namespace QuickStart.Tests;

/// <summary>The layer check itself on trial: a stand-in layer computed by the oracle's own, whole-matrix route.</summary>
public sealed class LayerRunTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_right_layer_passes_and_an_error_in_one_row_is_found(bool causal)
    {
        var model = new TextModel("Attention is all you need."u8.ToArray());
        float defect = 0;
        using IPreparedRun run = new LayerDemonstration("stand-in", new KeyRange(causal), () => StandIn(causal, () => defect)).Prepare(model);
        run.Forward(threads: 1);
        Accuracy right = run.Check();
        Assert.True(right.WithinTolerance, $"off by {right.MaxError}");
        Assert.True(right.MaxError > 0);
        Assert.True(run.PlainSeconds() > 0);

        defect = 1e-4f;
        run.Forward(threads: 1);
        Assert.False(run.Check().WithinTolerance);

        defect = float.NaN;
        run.Forward(threads: 1);
        Assert.False(run.Check().WithinTolerance);
    }

    private static LayerHandle StandIn(bool causal, Func<float> defect)
    {
        const int width = TextModel.DModel;
        var weights = new LayerWeights(Matrix(11), Matrix(12), Matrix(13), Matrix(14));
        return new(new MemoryStream(), Forward, weights, position => Sinusoid.Row(Parameters.None, width, position));

        void Forward(ReadOnlySpan<float> input, Span<float> output, int batch, int length, in AttentionArguments arguments)
        {
            var problem = new ReferenceProblem
            {
                Sizes = new(batch, TextModel.Heads, TextModel.Heads, length, length, TextModel.HeadDim, TextModel.HeadDim),
                Query = [],
                Key = [],
                Value = [],
                Causal = causal,
                Encodings = [new ReferenceEncoding("sinusoidal", Parameters.None)],
            };
            double[] exact = ReferenceLayer.Forward(weights, problem, width, input.ToArray());
            for (int i = 0; i < exact.Length; i++)
            {
                output[i] = (float)exact[i];
            }

            output[^1] += defect();
        }
    }

    private static float[] Matrix(int seed)
    {
        var random = new Random(seed);
        var matrix = new float[TextModel.DModel * TextModel.DModel];
        for (int i = 0; i < matrix.Length; i++)
        {
            matrix[i] = (random.NextSingle() - 0.5f) * 0.15f;
        }

        return matrix;
    }
}
