using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Declared layers against the oracle's layer, with the weights read back from them.</summary>
public class LayerTests
{
    public static TheoryData<string> Layers => [.. LayerDeclaration.All.Select(layer => layer.Name)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Matches_the_oracle(string name)
    {
        LayerDeclaration declaration = Find(name);
        Random random = TestSeed.For(name);
        using LayerHost layer = LayerFactory.Create(declaration, random.Next());
        LayerOracle.Disturb(layer, random);
        foreach ((int batch, int length, int memoryLength) in new[] { (1, 1, 3), (2, 17, 17), (3, 40, 9) })
        {
            int keys = declaration.Cross ? memoryLength : length;
            foreach (int[]? keyLengths in new[] { null, random.Integers(batch, 0, keys + 1) })
            {
                foreach (SimdTier tier in Checker.Tiers)
                {
                    LayerCall call = NewCall(declaration, random, batch, length, memoryLength, keyLengths, tier);
                    layer.Forward(call);
                    LayerOracle.Near(LayerOracle.Expected(declaration, layer, call), call.Output, declaration, tier);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Sequences_laid_end_to_end_match_the_oracle_each_on_its_own(string name)
    {
        LayerDeclaration declaration = Find(name);
        Random random = TestSeed.For(name + " packed");
        using LayerHost layer = LayerFactory.Create(declaration, random.Next());
        LayerOracle.Disturb(layer, random);
        int[] starts = [0, 9, 9, 40, 41], keyStarts = declaration.Cross ? [0, 4, 6, 13, 30] : starts;
        LayerCall call = NewCall(declaration, random, 1, starts[^1], keyStarts[^1], null, SimdTier.Best).With(starts, keyStarts);
        layer.Forward(call);
        int width = declaration.Width;
        for (int s = 0; s + 1 < starts.Length; s++)
        {
            LayerCall alone = new()
            {
                Input = call.Input[(starts[s] * width)..(starts[s + 1] * width)],
                Memory = call.Memory?[(keyStarts[s] * width)..(keyStarts[s + 1] * width)],
                Output = [],
                Batch = 1,
                Length = starts[s + 1] - starts[s],
                MemoryLength = keyStarts[s + 1] - keyStarts[s],
            };
            if (alone.Length > 0)
            {
                LayerOracle.Near(LayerOracle.Expected(declaration, layer, alone), call.Output[(starts[s] * width)..(starts[s + 1] * width)], declaration, SimdTier.Best);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Saved_weights_give_the_same_bits_in_another_layer(string name)
    {
        LayerDeclaration declaration = Find(name);
        using LayerHost first = LayerFactory.Create(declaration, 1);
        using LayerHost second = LayerFactory.Create(declaration, 2);
        LayerCall one = NewCall(declaration, TestSeed.For(name), 2, 12, 7, null, SimdTier.Best);
        LayerCall other = NewCall(declaration, TestSeed.For(name), 2, 12, 7, null, SimdTier.Best);
        first.Forward(one);
        second.Forward(other);
        Assert.False(Bits.Same(one.Output, other.Output), "Different seeds gave the same weights.");
        using var file = new MemoryStream();
        first.Save(file);
        file.Position = 0;
        second.Load(file);
        second.Forward(other);
        Assert.True(Bits.Same(one.Output, other.Output), $"{name} ({TestSeed.Repeat})");
    }

    [Fact]
    public void Same_seed_gives_the_same_weights_in_the_range_of_xavier()
    {
        LayerDeclaration declaration = Find("PlainLayer");
        using LayerHost first = LayerFactory.Create(declaration, 5);
        using LayerHost second = LayerFactory.Create(declaration, 5);
        float[] weights = first.Weights().Query;
        Assert.Equal(weights, second.Weights().Query);
        double limit = Math.Sqrt(6.0 / (declaration.Width + (declaration.Shape.Heads * declaration.Shape.HeadDim)));
        Assert.All(weights, weight => Assert.InRange(weight, -limit * 1.0001, limit * 1.0001));
        Assert.True(weights.Max() > 0.9 * limit && weights.Min() < -0.9 * limit, "Xavier uniform fills its range.");
    }

    [Fact]
    public void Disposed_layer_is_refused()
    {
        LayerDeclaration declaration = Find("PlainLayer");
        LayerHost layer = LayerFactory.Create(declaration, 1);
        layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Forward(NewCall(declaration, TestSeed.For("disposed"), 1, 3, 3, null, SimdTier.Best)));
    }

    [Fact]
    public void Sinusoidal_tables_match_the_formula()
    {
        const int Width = 30;
        Parameters parameters = Parameters.None.With("Base", 500);
        int[] positions = [0, 1, 7, 4999];
        var encoding = new float[positions.Length * Width];
        LayerFactory.GetEncoding(positions, encoding);
        for (int n = 0; n < positions.Length; n++)
        {
            double[] expected = Sinusoid.Row(parameters, Width, positions[n]);
            Assert.All(expected.Select((value, feature) => encoding[(n * Width) + feature] - value), error => Assert.InRange(error, -ErrorBound.UnitRoundoff, ErrorBound.UnitRoundoff));
        }

        float[] input = TestSeed.For(nameof(Sinusoidal_tables_match_the_formula)).Normal(2 * 9 * Width);
        float[] added = [.. input];
        LayerFactory.AddEncoding(added, 2, 9);
        for (int n = 0; n < added.Length; n++)
        {
            double expected = input[n] + Sinusoid.Row(parameters, Width, n / Width % 9)[n % Width];
            Assert.InRange(added[n] - expected, -6 * ErrorBound.UnitRoundoff, 6 * ErrorBound.UnitRoundoff);
        }
    }

    [Theory]
    [InlineData("LearnableLayer", true)]
    [InlineData("TwoTableLayer", true)]
    [InlineData("LearnedLayer", false)]
    public void Encoding_of_a_layer_is_the_sum_of_its_tables_as_they_are_now(string name, bool sinusoidal)
    {
        LayerDeclaration declaration = Find(name);
        using LayerHost layer = LayerFactory.Create(declaration, 3);
        Parameters parameters = declaration.Name == "LearnableLayer" ? Parameters.None.With("Base", 300) : Parameters.None;
        bool learnable = declaration.Encodings.Length == 1 && sinusoidal;
        float[] start = layer.Tensor("position_embedding.weight")!;
        int[] positions = [7, 0, 40, 7];
        float[] encoding = new float[positions.Length * declaration.Width];
        foreach (float[] table in new[] { start, TestSeed.For(name).Normal(start.Length) })
        {
            layer.Set("position_embedding.weight", table);
            layer.GetEncoding(positions, encoding);
            for (int n = 0; n < encoding.Length; n++)
            {
                (int position, int feature) = (positions[n / declaration.Width], n % declaration.Width);
                double fixedPart = sinusoidal && !learnable ? Sinusoid.Row(parameters, declaration.Width, position)[feature] : 0;
                double learned = learnable && table == start ? Sinusoid.Row(parameters, declaration.Width, position)[feature] : table[(position * declaration.Width) + feature];
                Assert.InRange(encoding[n] - (fixedPart + learned), -6 * ErrorBound.UnitRoundoff, 6 * ErrorBound.UnitRoundoff);
            }
        }

        float[] before = [.. encoding];
        Assert.Throws<ArgumentOutOfRangeException>("positions", () => layer.GetEncoding([0, -1, 2, 3], encoding));
        Assert.Throws<ArgumentOutOfRangeException>("positions", () => layer.GetEncoding([0, 1, 2, start.Length / declaration.Width], encoding));
        Assert.Throws<ArgumentException>("encoding", () => layer.GetEncoding([0, 1], encoding));
        Assert.Equal(before, encoding);
    }

    private static LayerDeclaration Find(string name) => LayerDeclaration.All.First(layer => layer.Name == name);

    private static LayerCall NewCall(LayerDeclaration declaration, Random random, int batch, int length, int memoryLength, int[]? keyLengths, SimdTier tier) => new()
    {
        Input = random.Normal(batch * length * declaration.Width),
        Memory = declaration.Cross ? random.Normal(batch * memoryLength * declaration.Width) : null,
        Output = new float[batch * length * declaration.Width],
        Batch = batch,
        Length = length,
        MemoryLength = memoryLength,
        KeyLengths = keyLengths,
        Tier = tier,
    };
}
