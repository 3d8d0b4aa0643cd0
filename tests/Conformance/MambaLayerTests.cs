using AttentionGen.Allocation;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.Scan;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Declared mamba layers against the oracle's layer, with the weights read back from them; in one piece, packed, padded and in steps.</summary>
[Collection(Serial.Name)]
public class MambaLayerTests
{
    [Theory]
    [MemberData(nameof(ScanTests.Declarations), MemberType = typeof(ScanTests))]
    public void Matches_the_oracle(int index, string declaration)
    {
        Random random = TestSeed.For(declaration, index);
        using MambaHost layer = ScanFactory.Layer(index, random.Next());
        ScanDeclaration declared = ScanDeclaration.All[index];
        Disturb(layer, random);
        foreach ((int batch, int length, int[]? lengths) in new (int, int, int[]?)[] { (1, 1, null), (2, 17, null), (3, 50, [50, 0, 21]) })
        {
            float[] input = random.Normal(batch * length * declared.DModel);
            foreach (SimdTier tier in Checker.Tiers)
            {
                var output = new float[input.Length];
                Array.Fill(output, float.NaN);
                layer.Forward(input, output, batch, length, Options(tier, lengths));
                for (int s = 0; s < batch; s++)
                {
                    int first = s * length * declared.DModel, rows = lengths?[s] ?? length;
                    Near(layer, input[first..(first + (rows * declared.DModel))], output[first..(first + (rows * declared.DModel))], rows, $"{declared} {tier}");
                    Assert.All(output[(first + (rows * declared.DModel))..(first + (length * declared.DModel))], padding => Assert.Equal(0, padding));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ScanTests.Declarations), MemberType = typeof(ScanTests))]
    public void Steps_give_the_bits_of_one_forward(int index, string declaration)
    {
        Random random = TestSeed.For("steps of " + declaration, index);
        using MambaHost layer = ScanFactory.Layer(index, random.Next());
        int width = ScanDeclaration.All[index].DModel;
        const int Batch = 2, Length = 61;
        float[] input = random.Normal(Batch * Length * width);
        foreach (SimdTier tier in Checker.Tiers)
        {
            var whole = new float[input.Length];
            layer.Forward(input, whole, Batch, Length, Options(tier));
            using RecurrentState state = layer.NewState(Batch);
            for (int first = 0; first < Length;)
            {
                int count = Math.Min(Length - first, random.Pick([1, 1, 1, 2, 3, 40]));
                float[] Rows(float[] from) => [.. Enumerable.Range(0, Batch).SelectMany(b => from.AsSpan(((b * Length) + first) * width, count * width).ToArray())];
                var output = new float[Batch * count * width];
                layer.Step(Rows(input), output, state, Batch, count, Options(tier));
                Assert.True(Bits.Same(Rows(whole), output), $"Positions {first} to {first + count - 1}: {declaration} {tier} ({TestSeed.Repeat})");
                first += count;
            }
        }
    }

    [Fact]
    public void Packed_sequences_and_saved_weights_give_the_same_bits()
    {
        Random random = TestSeed.For(nameof(Packed_sequences_and_saved_weights_give_the_same_bits));
        using MambaHost layer = ScanFactory.Layer(3, 1), other = ScanFactory.Layer(3, 2);
        int width = ScanDeclaration.All[3].DModel;
        int[] starts = [0, 9, 9, 40, 41];
        float[] input = random.Normal(starts[^1] * width), output = new float[input.Length], differs = new float[input.Length];
        AttentionArguments packed = new() { CumulativeLengths = starts };
        layer.Forward(input, output, 1, starts[^1], packed);
        for (int s = 0; s + 1 < starts.Length; s++)
        {
            var alone = new float[(starts[s + 1] - starts[s]) * width];
            layer.Forward(input[(starts[s] * width)..(starts[s + 1] * width)], alone, 1, starts[s + 1] - starts[s], Options(SimdTier.Best));
            Assert.True(Bits.Same(alone, output.AsSpan(starts[s] * width, alone.Length)), TestSeed.Repeat);
        }

        other.Forward(input, differs, 1, starts[^1], packed);
        Assert.False(Bits.Same(output, differs), "Different seeds gave the same weights.");
        using var file = new MemoryStream();
        layer.Weights.Save(file);
        file.Position = 0;
        other.Weights.Load(file);
        other.Forward(input, differs, 1, starts[^1], packed);
        Assert.True(Bits.Same(output, differs), TestSeed.Repeat);
    }

    [Fact]
    public void New_weights_are_those_of_the_papers_code()
    {
        using MambaHost layer = ScanFactory.Layer(9, 7), same = ScanFactory.Layer(9, 7);
        ScanDeclaration declared = ScanDeclaration.All[9];
        Assert.Equal(["in_proj.weight", "conv1d.weight", "conv1d.bias", "x_proj.weight", "dt_proj.weight", "dt_proj.bias", "A_log", "D", "out_proj.weight"], layer.Weights.Tensors.Select(tensor => tensor.Name));
        Assert.All(layer.Weights.Tensors, tensor => Assert.Equal(Read(layer, tensor.Name), Read(same, tensor.Name)));
        Assert.All(Read(layer, "A_log").Select((log, n) => Math.Exp(log) - (1 + (n % declared.StateSize))), error => Assert.InRange(error, -1e-5, 1e-5));
        Assert.All(Read(layer, "D"), skip => Assert.Equal(1, skip));
        double[] steps = [.. Read(layer, "dt_proj.bias").Select(bias => SelectiveScan.Softplus(bias))];
        Assert.All(steps, step => Assert.InRange(step, 0.00099999, 0.1000001));
        Assert.InRange(steps.Average(Math.Log), Math.Log(0.001) + 1.7, Math.Log(0.1) - 1.7);
        Uniform(Read(layer, "dt_proj.weight"), 1 / Math.Sqrt(declared.Rank));
        Uniform(Read(layer, "in_proj.weight"), 1 / Math.Sqrt(declared.DModel));
        Uniform(Read(layer, "out_proj.weight"), 1 / Math.Sqrt(declared.InnerDim));
        Uniform(Read(layer, "x_proj.weight"), 1 / Math.Sqrt(declared.InnerDim));
        Uniform(Read(layer, "conv1d.weight"), 1 / Math.Sqrt(declared.Convolution));

        static void Uniform(float[] values, double limit)
        {
            Assert.All(values, value => Assert.InRange(value, -limit * 1.0001, limit * 1.0001));
            Assert.True(values.Max() > 0.9 * limit && values.Min() < -0.9 * limit, "A uniform draw fills its range.");
        }
    }

    [Fact]
    public void The_file_has_the_shapes_of_the_papers_code()
    {
        using MambaHost layer = ScanFactory.Layer(0, 1);
        using var file = new MemoryStream();
        layer.Weights.Save(file);
        string header = System.Text.Encoding.UTF8.GetString(file.ToArray(), 8, (int)BitConverter.ToInt64(file.ToArray(), 0));
        foreach (string part in new[] { "\"in_proj.weight\":{\"dtype\":\"F32\",\"shape\":[128,32]", "\"conv1d.weight\":{\"dtype\":\"F32\",\"shape\":[64,1,4]", "\"x_proj.weight\":{\"dtype\":\"F32\",\"shape\":[34,64]", "\"dt_proj.weight\":{\"dtype\":\"F32\",\"shape\":[64,2]", "\"A_log\":{\"dtype\":\"F32\",\"shape\":[64,16]", "\"out_proj.weight\":{\"dtype\":\"F32\",\"shape\":[32,64]" })
        {
            Assert.Contains(part, header, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using MambaHost layer = ScanFactory.Layer(9, 1);
        using RecurrentState state = layer.NewState(2);
        int width = ScanDeclaration.All[9].DModel;
        float[] input = TestSeed.For(nameof(A_call_allocates_nothing)).Normal(2 * 40 * width), output = new float[input.Length], one = input[..(2 * width)], next = new float[2 * width];
        void Call()
        {
            layer.Forward(input, output, 2, 40, default);
            layer.Step(one, next, state, 2, 1, default);
        }

        Assert.Equal(0, AllocationMeter.OfThread(Call, 10));
    }

    private static AttentionArguments Options(SimdTier tier, int[]? lengths = null) => new() { KeyLengths = lengths, Tier = tier };

    private static float[] Read(MambaHost layer, string name)
    {
        var values = new float[layer.Weights.Tensors.First(tensor => tensor.Name == name).Length];
        layer.Weights.CopyTo(name, values);
        return values;
    }

    // Rates and skips start the same in every channel, where a layer that mixed channels up would pass.
    private static void Disturb(MambaHost layer, Random random)
    {
        foreach (string name in new[] { "A_log", "D", "dt_proj.bias" })
        {
            layer.Weights.Set(name, [.. Read(layer, name).Select(value => value + (float)random.NextDouble())]);
        }
    }

    // Four products of at most a few hundred terms with a bounded recurrence between; see LayerTests.
    private static void Near(MambaHost layer, float[] input, float[] actual, int length, string what)
    {
        if (length == 0)
        {
            return;
        }

        var weights = new MambaLayerWeights(
            Read(layer, "in_proj.weight"), Read(layer, "conv1d.weight"), Read(layer, "conv1d.bias"), Read(layer, "x_proj.weight"), Read(layer, "dt_proj.weight"), Read(layer, "dt_proj.bias"), Read(layer, "A_log"), Read(layer, "D"), Read(layer, "out_proj.weight"));
        double[] expected = ReferenceMamba.Forward(weights, input, length);
        double bound = 40 * ErrorBound.UnitRoundoff * Math.Max(0.05, expected.Max(Math.Abs));
        for (int n = 0; n < expected.Length; n++)
        {
            Assert.True(Math.Abs(actual[n] - expected[n]) <= bound, $"Element {n}: expected {expected[n]:R}, got {actual[n]:R}, allowed {bound:E2}. {what} ({TestSeed.Repeat})");
        }
    }
}
