using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.StandIn;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance.Behaviour;

/// <summary>What every kernel must do whatever it computes. Run for the generated kernels and, as a trial of the tests, for the stand-in.</summary>
public abstract class KernelBehaviour
{
    public static TheoryData<string> Plants => [.. NonFinite.Plants.Select(plant => plant.Name)];

    /// <summary>A length of several query tiles and chunks.</summary>
    protected virtual int ManyPositions => 201;

    protected abstract KernelHost Host(Declaration declaration);

    [Fact]
    public void Same_bits_for_any_thread_count_and_any_repetition()
    {
        foreach (Declaration declaration in new[] { Specials.CausalRope, Specials.Local, Specials.Standard })
        {
            Random random = TestSeed.For(nameof(Same_bits_for_any_thread_count_and_any_repetition));
            ConformanceCase test = ConformanceCase.Plain(declaration, random, 3, ManyPositions, ManyPositions);
            foreach (SimdTier tier in Checker.Tiers)
            {
                float[][] results = [.. new[] { 1, 1, 2, 3, 7, 0, 0 }.Select(threads => Run(declaration, test.NewCall(tier).With(maxThreads: threads)))];
                Assert.All(results, result => Assert.True(Bits.Same(results[0], result), $"{tier}: {test} ({TestSeed.Repeat})"));
            }
        }
    }

    [Fact]
    public void Concurrent_callers_all_get_the_right_result()
    {
        Random random = TestSeed.For(nameof(Concurrent_callers_all_get_the_right_result));
        ConformanceCase[] tests = [.. Enumerable.Range(0, 6).Select(n => ConformanceCase.Plain(Specials.CausalRope, random, 1 + (n % 2), 40 + (31 * n), 40 + (31 * n)))];
        float[][] expected = [.. tests.Select(test => Run(test.Declaration, test.NewCall().With(maxThreads: 1)))];
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, n =>
        {
            float[] actual = Run(Specials.CausalRope, tests[n % 6].NewCall().With(maxThreads: n % 4));
            Assert.True(Bits.Same(expected[n % 6], actual), $"Call {n}: {tests[n % 6]} ({TestSeed.Repeat})");
        });
    }

    [Theory]
    [MemberData(nameof(Plants))]
    public void Value_that_is_not_finite_reaches_only_the_rows_that_see_it(string plant)
    {
        Func<Declaration, Random, ConformanceCase> make = NonFinite.Plants.First(p => p.Name == plant).Make;
        foreach (Declaration declaration in new[] { Specials.CausalRope, Specials.Local, Specials.Standard, Specials.Wide })
        {
            for (int round = 0; round < 3; round++)
            {
                Random random = TestSeed.For(plant, round);
                Checker.CheckAllTiers(Host(declaration), make(declaration, random), random);
            }
        }
    }

    [Theory]
    [InlineData(0, 5, 5)]
    [InlineData(2, 0, 5)]
    [InlineData(2, 5, 0)]
    [InlineData(0, 0, 0)]
    public void Empty_sizes_are_no_error(int batch, int queryLength, int keyLength)
    {
        Random random = TestSeed.For(nameof(Empty_sizes_are_no_error));
        ConformanceCase test = ConformanceCase.Plain(Specials.AnyLengths, random, batch, queryLength, keyLength);
        Checker.CheckAllTiers(Host(Specials.AnyLengths), test, random);
    }

    [Fact]
    public void Scores_that_overflow_the_exponential_are_no_error()
    {
        Random random = TestSeed.For(nameof(Scores_that_overflow_the_exponential_are_no_error));
        foreach (double magnitude in new[] { 1e3, 1e6, 1e-30 })
        {
            Checker.CheckAllTiers(Host(Specials.Standard), ConformanceCase.Plain(Specials.Standard, random, 1, 70, 70, magnitude), random);
        }
    }

    [Fact]
    public void Far_positions_turn_by_exact_angles()
    {
        Random random = TestSeed.For(nameof(Far_positions_turn_by_exact_angles));
        ConformanceCase plain = ConformanceCase.Plain(Specials.Rope, random, 2, 33, 33);
        Checker.CheckAllTiers(
            Host(Specials.Rope),
            new ConformanceCase
            {
                Declaration = plain.Declaration,
                Sizes = plain.Sizes,
                Query = plain.Query,
                Key = plain.Key,
                Value = plain.Value,
                Inputs = new CallInputs { QueryPositions = random.Integers(66, 90_000, 131_072), KeyPositions = random.Integers(33, 90_000, 131_072) },
            },
            random);
    }

    protected float[] Run(Declaration declaration, KernelCall call)
    {
        Host(declaration).Strided(call);
        return call.Output.Get();
    }
}

/// <summary>The generated kernels; alone, because calls made while another test holds the worker pool would run on one thread.</summary>
[Collection(Serial.Name)]
public sealed class GeneratedKernelBehaviour : KernelBehaviour
{
    protected override KernelHost Host(Declaration declaration) => KernelFactory.Host(declaration);
}

/// <summary>The stand-in.</summary>
public sealed class StandInBehaviour : KernelBehaviour
{
    protected override int ManyPositions => 40;

    protected override KernelHost Host(Declaration declaration) => StandInKernel.Host(declaration);
}
