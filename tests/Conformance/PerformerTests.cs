using System.Reflection;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A performer is an estimate of softmax attention, and its random features are drawn by seed and redrawn on request.</summary>
public class PerformerTests
{
    private const string Source = """
        [global::AttentionGen.Attention(Type = "performer", Heads = 2, HeadDim = 8, Features = 48, FeatureSeed = 3)]
        public static partial class Redrawn;

        public static class RedrawnAdapter
        {
            public static void Forward(float[] query, float[] key, float[] value, float[] output, int length) => Redrawn.Forward(query, key, value, output, 1, length, length);

            public static void Redraw(int seed) => Redrawn.RedrawFeatures(seed);

            public static global::AttentionGen.RandomFeatures Features() => Redrawn.RandomFeatures;
        }
        """;

    private static readonly Lazy<Type> Adapter = new(() => KernelCompiler.Compile([Source]).GetType("RedrawnAdapter", throwOnError: true)!);

    /// <summary>Fixed data: the estimate's error falls with the root of the number of features, so eightfold features must cut it well below two thirds.</summary>
    [Fact]
    public void Error_against_softmax_falls_as_features_grow()
    {
        double[] errors = [.. Specials.GrowingPerformers.Select(declaration =>
        {
            // The estimate's variance grows with exp(|q + k|^2): moderate rows, or no number of features would do.
            ConformanceCase test = ConformanceCase.Plain(declaration, new Random(11), 2, 60, 60, magnitude: 0.5);
            for (int n = 0; n < test.Key.Length; n++)
            {
                test.Key[n] *= 0.5f;
            }

            KernelCall call = test.NewCall();
            KernelFactory.Host(declaration).Strided(call);
            double[] exact = ReferenceAttention.Forward((test.Declaration with { Type = "standard", Arguments = [] }).ToProblem(
                test.Sizes, ReferenceProblem.Widen(test.Query), ReferenceProblem.Widen(test.Key), ReferenceProblem.Widen(test.Value), CallInputs.None)).Output;
            float[] actual = call.Output.Get();
            return Math.Sqrt(actual.Select((value, n) => (value - exact[n]) * (value - exact[n])).Average());
        })];
        Assert.True(errors[1] < 0.66 * errors[0] && errors[2] < 0.66 * errors[1], string.Join(", ", errors));
        Assert.InRange(errors[2], 1e-4, 0.1);
    }

    [Fact]
    public void Redrawing_changes_the_result_and_the_same_seed_restores_it()
    {
        float[] Result()
        {
            var random = new Random(5);
            var output = new float[2 * 20 * 8];
            Call<Action<float[], float[], float[], float[], int>>("Forward")(random.Normal(320), random.Normal(320), random.Normal(320), output, 20);
            return output;
        }

        var redraw = Call<Action<int>>("Redraw");
        var features = Call<Func<RandomFeatures>>("Features");
        Assert.Equal(3, features().Seed);
        float[] first = Result();
        redraw(4);
        Assert.Equal(4, features().Seed);
        Assert.False(Bits.Same(first, Result()));
        redraw(3);
        Assert.True(Bits.Same(first, Result()));
    }

    private static T Call<T>(string method)
        where T : Delegate => Adapter.Value.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<T>();
}
