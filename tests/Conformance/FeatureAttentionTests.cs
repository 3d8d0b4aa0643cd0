using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Attention by feature maps where its sums are hard: extreme magnitudes, values that are not finite, missing keys; and what it must refuse.</summary>
[Collection(Serial.Name)]
public class FeatureAttentionTests
{
    public static TheoryData<int> Kernels => [.. Enumerable.Range(0, Specials.Features.Count)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Same_bits_for_any_thread_count(int kernel)
    {
        Declaration declaration = Specials.Features[kernel];
        ConformanceCase test = ConformanceCase.Plain(declaration, TestSeed.For(nameof(Same_bits_for_any_thread_count), kernel), 3, 201, 201);
        foreach (SimdTier tier in Checker.Tiers)
        {
            float[][] results = [.. new[] { 1, 1, 2, 3, 7, 0 }.Select(threads => Run(declaration, test.NewCall(tier).With(maxThreads: threads)))];
            Assert.All(results, result => Assert.True(Bits.Same(results[0], result), $"{tier}: {test} ({TestSeed.Repeat})"));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Magnitudes_of_eight_and_more_are_exact(int kernel)
    {
        Declaration declaration = Specials.Features[kernel];
        foreach (double magnitude in new[] { 8, 30 })
        {
            Random random = TestSeed.For(nameof(Magnitudes_of_eight_and_more_are_exact), kernel);
            ConformanceCase plain = ConformanceCase.Plain(declaration, random, 1, 230, 230, magnitude);
            Scale(plain.Key, _ => magnitude, plain);
            Checker.CheckAllTiers(KernelFactory.Host(declaration), plain, random);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Rows_whose_keys_weigh_next_to_nothing_beside_later_ones_are_exact(int kernel)
    {
        Declaration declaration = Specials.Features[kernel];
        Random random = TestSeed.For(nameof(Rows_whose_keys_weigh_next_to_nothing_beside_later_ones_are_exact), kernel);
        ConformanceCase plain = ConformanceCase.Plain(declaration, random, 1, 150, 150, 6);
        Scale(plain.Key, key => key < 40 || (key > 100 && key < 110) ? 14 : 0.01, plain);
        Checker.CheckAllTiers(KernelFactory.Host(declaration), plain, random);
    }

    [Fact]
    public void Features_below_the_range_of_exponents_are_exact()
    {
        foreach (Declaration declaration in new[] { Specials.Linear, Specials.CausalElu })
        {
            Random random = TestSeed.For(nameof(Features_below_the_range_of_exponents_are_exact));
            ConformanceCase plain = ConformanceCase.Plain(declaration, random, 2, 20, 20);
            for (int n = 0; n < plain.Query.Length; n++)
            {
                plain.Query[n] = -100 - (50 * Math.Abs(plain.Query[n]));
                plain.Key[n % plain.Key.Length] = -80 - Math.Abs(plain.Key[n % plain.Key.Length]);
            }

            Checker.CheckAllTiers(KernelFactory.Host(declaration), plain, random);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Value_that_is_not_finite_reaches_only_the_rows_that_see_it(int kernel)
    {
        Declaration declaration = Specials.Features[kernel];
        foreach ((string plant, Func<Declaration, Random, ConformanceCase> make) in NonFinite.Plants.Where(plant => plant.Name.StartsWith("NaN", StringComparison.Ordinal) || plant.Name.Contains("value", StringComparison.Ordinal)))
        {
            Random random = TestSeed.For(plant, kernel);
            Checker.CheckAllTiers(KernelFactory.Host(declaration), make(declaration, random), random);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Empty_sizes_are_no_error(int kernel)
    {
        Declaration declaration = Specials.Features[kernel];
        foreach ((int batch, int queries, int keys) in new[] { (0, 5, 5), (2, 0, 5), (2, 5, 0), (0, 0, 0) })
        {
            if (queries == keys || declaration.AllowsUnequalLengths)
            {
                Random random = TestSeed.For(nameof(Empty_sizes_are_no_error));
                Checker.CheckAllTiers(KernelFactory.Host(declaration), ConformanceCase.Plain(declaration, random, batch, queries, keys), random);
            }
        }
    }

    [Theory]
    [InlineData("LogSumExp")]
    [InlineData("Keep")]
    [InlineData("Drop")]
    [InlineData("Bias")]
    public void What_needs_scores_is_refused(string argument)
    {
        ConformanceCase test = ConformanceCase.Plain(Specials.Linear, TestSeed.For(argument), 2, 5, 5);
        KernelCall good = test.NewCall();
        KernelCall call = argument switch
        {
            "LogSumExp" => good.With(logSumExp: new TensorBuffer(2, 4, 5, 1, Arrangement.HeadsFirst)),
            "Keep" => good.With(new CallInputs { Keep = new Broadcast<bool>(new bool[5], 1, 1, 1, 5) }),
            "Drop" => good.With(new CallInputs { Drop = new Broadcast<bool>(new bool[5], 1, 1, 1, 5) }),
            _ => good.With(new CallInputs { Bias = new Broadcast<float>(new float[5], 1, 1, 1, 5) }),
        };
        float[] before = (float[])call.Output.Data.Clone();
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(() => KernelFactory.Host(Specials.Linear).Strided(call));
        Assert.Equal(argument, refused.ParamName);
        Assert.Contains("expected none", refused.Message);
        Assert.True(Bits.Same(before, call.Output.Data));
    }

    [Fact]
    public void Computing_in_place_over_the_queries_gives_the_same_bits()
    {
        foreach (Declaration declaration in new[] { Specials.CausalRelu, Specials.Performer })
        {
            ConformanceCase test = ConformanceCase.Plain(declaration, TestSeed.For("in place"), 2, 230, 230);
            KernelCall inPlace = test.NewCall();
            Assert.True(Bits.Same(Run(declaration, test.NewCall()), Run(declaration, inPlace.With(output: inPlace.Query))), TestSeed.Repeat);
        }
    }

    private static float[] Run(Declaration declaration, KernelCall call)
    {
        KernelFactory.Host(declaration).Strided(call);
        return call.Output.Get();
    }

    private static void Scale(float[] rows, Func<int, double> factor, ConformanceCase test)
    {
        for (int n = 0; n < rows.Length; n++)
        {
            rows[n] *= (float)factor(n / test.Sizes.HeadDim % test.Sizes.KeyLength);
        }
    }
}
