using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Vectors and buckets of distance, and mixed-in local features, where the sample does not reach.</summary>
[Collection(Serial.Name)]
public class DistanceTests
{
    public static TheoryData<string> Plants => [.. NonFinite.Plants.Select(plant => plant.Name)];

    [Fact]
    public void Buckets_are_those_of_the_published_code()
    {
        // The first distance of each bucket that _relative_position_bucket gives for 32 buckets up to 128, computed in single precision.
        int[] causal = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113];
        int[] both = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91];
        for (int distance = 0; distance < 300; distance++)
        {
            Assert.Equal(Array.FindLastIndex(causal, first => first <= distance), Distance.Bucket(-distance, false, 32, 128));
            Assert.Equal(0, Distance.Bucket(distance, false, 32, 128));
            int bucket = Array.FindLastIndex(both, first => first <= distance);
            Assert.Equal(bucket, Distance.Bucket(-distance, true, 32, 128));
            Assert.Equal(distance == 0 ? 0 : 16 + bucket, Distance.Bucket(distance, true, 32, 128));
        }
    }

    [Fact]
    public void Oracle_of_one_key_adds_its_vectors()
    {
        // Two keys, scale 1, values 8 and 16. The query stands at key 0; distances 0 and 1 have key vectors 0 and ln 3: weights 1/4 and 3/4.
        var problem = new ReferenceProblem
        {
            Sizes = new AttentionSizes(1, 1, 1, 1, 2, 1, 1),
            Query = [1],
            Key = [0, 0],
            Value = [8, 16],
            Type = "relative",
            Parameters = Parameters.None.With("MaxRelativePosition", 1),
            RelativeKeys = [100, 0, (float)Math.Log(3)],
            RelativeValues = [100, 4, 40],
        };
        Assert.Equal((0.25 * (8 + 4)) + (0.75 * (16 + 40)), ReferenceAttention.Forward(problem).Output[0], 5);
    }

    [Fact]
    public void Same_bits_for_any_thread_count()
    {
        foreach (Declaration declaration in new[] { Specials.Relative, Specials.T5, Specials.CrossMemory })
        {
            ConformanceCase test = ConformanceCase.Plain(declaration, TestSeed.For(nameof(Same_bits_for_any_thread_count)), 2, 201, 201);
            foreach (SimdTier tier in Checker.Tiers)
            {
                float[][] results = [.. new[] { 1, 2, 3, 7, 0 }.Select(threads => Run(test.NewCall(tier).With(maxThreads: threads), declaration))];
                Assert.All(results, result => Assert.True(Bits.Same(results[0], result), $"{tier}: {test} ({TestSeed.Repeat})"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plants))]
    public void Value_that_is_not_finite_reaches_only_the_rows_that_see_it(string plant)
    {
        Random random = TestSeed.For(plant);
        ConformanceCase test = NonFinite.Plants.First(p => p.Name == plant).Make(Specials.Relative, random);
        Checker.CheckAllTiers(KernelFactory.Host(Specials.Relative), test, random);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(18)]
    public void Distance_vector_that_is_not_finite_reaches_only_the_rows_that_use_it(int distance)
    {
        Random random = TestSeed.For(nameof(Distance_vector_that_is_not_finite_reaches_only_the_rows_that_use_it), distance);
        ConformanceCase plain = ConformanceCase.Plain(Specials.Relative, random, 1, 40, 67);
        plain.Inputs.RelativeValues![distance * plain.Sizes.ValueDim] = distance == 5 ? float.NaN : float.PositiveInfinity;
        bool[] hidden = [.. Enumerable.Range(0, 40 * 67).Select(_ => random.Chance(0.9))];
        var test = new ConformanceCase
        {
            Declaration = plain.Declaration,
            Sizes = plain.Sizes,
            Query = plain.Query,
            Key = plain.Key,
            Value = plain.Value,
            Inputs = plain.Inputs with { Drop = new Broadcast<bool>(hidden, 1, 1, 40, 67) },
        };
        Checker.CheckAllTiers(KernelFactory.Host(Specials.Relative), test, random);
    }

    [Fact]
    public void Local_features_may_be_the_output_itself()
    {
        ConformanceCase test = ConformanceCase.Plain(Specials.CrossMemory, TestSeed.For(nameof(Local_features_may_be_the_output_itself)), 2, 37, 12);
        foreach (SimdTier tier in Checker.Tiers)
        {
            float[] apart = Run(test.NewCall(tier), Specials.CrossMemory);
            KernelCall call = test.NewCall(tier);
            Assert.True(Bits.Same(apart, Run(call.With(output: call.Local!), Specials.CrossMemory)), $"{tier} ({TestSeed.Repeat})");
        }
    }

    [Fact]
    public void Layer_may_write_over_the_input_that_it_mixes_in()
    {
        LayerDeclaration declaration = LayerDeclaration.All.First(layer => layer.Type == "crossmemory");
        using LayerHost layer = LayerFactory.Create(declaration, 3);
        Random random = TestSeed.For(nameof(Layer_may_write_over_the_input_that_it_mixes_in));
        float[] input = random.Normal(2 * 9 * declaration.Width), memory = random.Normal(2 * 5 * declaration.Width);
        LayerCall Call(float[] from, float[] to) => new() { Input = from, Memory = memory, Output = to, Batch = 2, Length = 9, MemoryLength = 5 };
        float[] apart = new float[input.Length], inPlace = [.. input];
        layer.Forward(Call(input, apart));
        layer.Forward(Call(inPlace, inPlace));
        Assert.True(Bits.Same(apart, inPlace), TestSeed.Repeat);
    }

    [Theory]
    [InlineData("RelativeKeys", "none", "[19, 40] = 760", "0")]
    [InlineData("RelativeKeys", "short", "[19, 40] = 760", "759")]
    [InlineData("RelativeValues", "none", "[19, 24] = 456", "0")]
    [InlineData("RelativeValues", "short", "[19, 24] = 456", "455")]
    [InlineData("BucketBias", "none", "[2, 32] = 64", "0")]
    [InlineData("BucketBias", "short", "[2, 32] = 64", "63")]
    [InlineData("LocalFeatures", "none", "[1, 2, 9, 24]", "[0, 0, 0, 0]")]
    [InlineData("LocalFeatures", "short", "[1, 2, 9, 24]", "[1, 2, 8, 24]")]
    [InlineData("LocalFeatures", "shifted", "overlaps", "output")]
    [InlineData("RelativeKeys", "foreign", "no use", "3")]
    [InlineData("BucketBias", "foreign", "no use", "3")]
    [InlineData("LocalFeatures", "foreign", "mixes nothing", "batch 1, heads 4, length 9, dim 16")]
    public void Tables_that_do_not_fit_are_refused(string argument, string what, string expected, string actual)
    {
        Declaration declaration = what == "foreign" ? Specials.Standard
            : argument switch { "BucketBias" => Specials.T5, "LocalFeatures" => Specials.CrossMemory, _ => Specials.Relative };
        ConformanceCase test = ConformanceCase.Plain(declaration, TestSeed.For(argument + what), 1, 9, 9);
        KernelCall call = Spoil(test.NewCall(), argument, what);
        float[] before = [.. call.Output.Data];
        string message = what == "shifted" || (argument == "LocalFeatures" && what != "foreign")
            ? Assert.Throws<ArgumentException>(() => KernelFactory.Host(declaration).Strided(call)).Message
            : Assert.Throws<ArgumentException>(argument, () => KernelFactory.Host(declaration).Strided(call)).Message;
        Assert.Contains(argument, message);
        Assert.Contains(expected, message);
        Assert.Contains(actual, message);
        Assert.True(Bits.Same(before, call.Output.Data), "Something was written.");
    }

    private static KernelCall Spoil(KernelCall call, string argument, string what)
    {
        float[]? Table(float[]? right) => what switch { "none" => null, "short" => right![..^1], _ => new float[3] };
        CallInputs inputs = call.Inputs;
        TensorLayout output = call.Output.Layout;
        return argument switch
        {
            "RelativeKeys" => call.With(inputs: inputs with { RelativeKeys = Table(inputs.RelativeKeys) }),
            "RelativeValues" => call.With(inputs: inputs with { RelativeValues = Table(inputs.RelativeValues) }),
            "BucketBias" => call.With(inputs: inputs with { BucketBias = Table(inputs.BucketBias) }),
            _ => call.WithLocal(what switch
            {
                "none" => null,
                "short" => new TensorBuffer(1, 2, 8, output.Dim, Arrangement.HeadsFirst),
                "shifted" => new TensorBuffer(call.Output.Data, call.Output.Offset + 1, output),
                _ => new TensorBuffer(1, output.Heads, 9, output.Dim, Arrangement.HeadsFirst),
            }),
        };
    }

    private static float[] Run(KernelCall call, Declaration declaration)
    {
        KernelFactory.Host(declaration).Strided(call);
        return call.Output.Get();
    }
}
