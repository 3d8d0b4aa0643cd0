using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.Scan;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Every sampled scan on every tier, over awkward lengths and random optional inputs, against the recurrence in double precision.</summary>
[Collection(Serial.Name)]
public class ScanTests
{
    private static readonly int[] Lengths = [1, 2, 3, 31, 32, 33, 64, 65, 97, 130];

    public static TheoryData<int, string> Declarations
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < ScanDeclaration.All.Count; n++)
            {
                data.Add(n, ScanDeclaration.All[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Declarations))]
    public void Matches_the_oracle(int index, string declaration)
    {
        ScanHost host = ScanFactory.Host(index);
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For(nameof(Matches_the_oracle) + nameof(ScanTests), index);
        for (int n = 0; n < Lengths.Length; n++)
        {
            int batch = random.Next(1, 4), length = Lengths[n];
            int[]? keyLengths = random.Chance(0.35) ? random.Integers(batch, 0, length + 1) : null;
            ScanTrial trial = ScanTrial.Draw(host.Declaration, random, batch, length, random.Pick(Enum.GetValues<Arrangement>()), random.Pick([1, 1, 0.01, 100]), plain: false, keyLengths);
            trial.MaxThreads = random.Next(4);
            ScanChecker.CheckAllTiers(host, trial);
        }
    }

    [Theory]
    [MemberData(nameof(Declarations))]
    public void Sequences_laid_end_to_end_match_the_oracle_each_on_its_own(int index, string declaration)
    {
        ScanHost host = ScanFactory.Host(index);
        Random random = TestSeed.For(nameof(Sequences_laid_end_to_end_match_the_oracle_each_on_its_own) + declaration, index);
        int[] starts = [0, 1, 1, 34, 98, 98 + random.Next(40)];
        ScanTrial trial = ScanTrial.Draw(host.Declaration, random, 1, starts[^1], random.Pick(Enum.GetValues<Arrangement>()), plain: false, cumulativeLengths: starts);
        ScanChecker.CheckAllTiers(host, trial);
    }

    [Fact]
    public void Long_memory_stays_within_the_bound_and_the_bound_stays_small()
    {
        ScanHost host = ScanFactory.Host(0);
        Random random = TestSeed.For(nameof(Long_memory_stays_within_the_bound_and_the_bound_stays_small));
        ScanTrial trial = ScanTrial.Draw(host.Declaration, random, 1, 2000);
        float[] slow = [.. random.Normal(2000 * host.Declaration.InnerDim).Select(value => -7 + value)];
        trial.Delta.Set(slow);
        (double[] expected, double[] tolerance) = ScanChecker.Expected(trial);
        double largest = expected.Max(Math.Abs);
        Assert.All(tolerance, bound => Assert.InRange(bound, 0, 1e-4 * largest));
        Assert.True(tolerance.Order().ElementAt(tolerance.Length / 2) < 1e-5 * largest, "The bound of most elements is some units in the fifth digit.");
        foreach (SimdTier tier in Checker.Tiers)
        {
            trial.Tier = tier;
            host.Strided(trial);
            ScanChecker.Compare(expected, tolerance, trial);
        }
    }

    [Fact]
    public void Same_bits_for_any_thread_count_and_in_place()
    {
        for (int index = 0; index < ScanDeclaration.All.Count; index++)
        {
            ScanHost host = ScanFactory.Host(index);
            ScanTrial trial = ScanTrial.Draw(host.Declaration, TestSeed.For(nameof(Same_bits_for_any_thread_count_and_in_place), index), 3, 70);
            foreach (SimdTier tier in Checker.Tiers)
            {
                trial.Tier = tier;
                float[][] results = [.. new[] { 1, 1, 2, 3, 7, 0 }.Select(threads => Run(host, trial, threads))];
                Assert.All(results, result => Assert.True(Bits.Same(results[0], result), $"{trial} ({TestSeed.Repeat})"));
                foreach (Func<ScanTrial, TensorBuffer> target in new Func<ScanTrial, TensorBuffer>[] { t => t.U, t => t.Delta, t => t.Z! })
                {
                    ScanTrial copy = trial.Slice(0, trial.Length);
                    TensorBuffer output = target(copy);
                    var inPlace = new ScanTrial { Declaration = copy.Declaration, U = copy.U, Delta = copy.Delta, A = copy.A, B = copy.B, C = copy.C, D = copy.D, Z = copy.Z, Output = output, Batch = copy.Batch, Length = copy.Length, Tier = tier };
                    host.Strided(inPlace);
                    Assert.True(Bits.Same(results[0], output.Get()), $"In place: {trial} ({TestSeed.Repeat})");
                }
            }
        }
    }

    [Fact]
    public void Magnitudes_at_the_ends_of_the_range_are_no_error()
    {
        ScanHost host = ScanFactory.Host(3);
        Random random = TestSeed.For(nameof(Magnitudes_at_the_ends_of_the_range_are_no_error));
        ScanTrial trial = ScanTrial.Draw(host.Declaration, random, 2, 40);
        int inner = host.Declaration.InnerDim;
        trial.Delta.Set([.. Enumerable.Range(0, 2 * 40 * inner).Select(_ => random.Pick([-200f, -100f, -88f, -30f, -1e-3f, 0f, 1e-3f, 20f, 100f]))]);
        trial.Z!.Set([.. Enumerable.Range(0, 2 * 40 * inner).Select(_ => random.Pick([-1000f, -100f, -88f, 0f, 1e-20f, 90f, 1000f]))]);
        ScanChecker.CheckAllTiers(host, trial);
    }

    [Fact]
    public void Value_that_is_not_finite_reaches_only_what_depends_on_it()
    {
        ScanHost host = ScanFactory.Host(4);
        (int inner, int states) = (host.Declaration.InnerDim, host.Declaration.StateSize);
        for (int plant = 0; plant < 5; plant++)
        {
            Random random = TestSeed.For(nameof(Value_that_is_not_finite_reaches_only_what_depends_on_it), plant);
            ScanTrial trial = ScanTrial.Draw(host.Declaration, random, 2, 50);
            (int row, int channel, int state) = (random.Next(50), random.Next(inner), random.Next(states));
            float value = plant == 4 ? float.PositiveInfinity : float.NaN;
            (plant switch { 0 or 4 => trial.U, 1 => trial.Delta, 2 => trial.B, _ => trial.C }).At(1, 0, row, plant is 2 or 3 ? state : channel) = value;
            foreach (SimdTier tier in Checker.Tiers)
            {
                trial.Tier = tier;
                host.Strided(trial);
                float[] output = trial.Output.Get();
                for (int n = 0; n < output.Length; n++)
                {
                    (int t, int c) = (n / inner % 50, n % inner);
                    bool reached = n >= 50 * inner && (plant switch { 2 => t >= row, 3 => t == row, _ => t >= row && c == channel });
                    Assert.True(reached ? !float.IsFinite(output[n]) : float.IsFinite(output[n]), $"Plant {plant} at row {row}, channel {channel}: row {t}, channel {c} is {output[n]:R}. {trial} ({TestSeed.Repeat})");
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(2, 0)]
    [InlineData(0, 0)]
    public void Empty_sizes_are_no_error(int batch, int length)
    {
        ScanHost host = ScanFactory.Host(0);
        ScanTrial trial = ScanTrial.Draw(host.Declaration, TestSeed.For(nameof(Empty_sizes_are_no_error)), batch, length);
        host.Strided(trial);
        host.Contiguous(trial);
        Assert.Equal(0, trial.Output.BrokenCanaries());
    }

    private static float[] Run(ScanHost host, ScanTrial trial, int threads)
    {
        ScanTrial again = trial.Again();
        again.MaxThreads = threads;
        host.Strided(again);
        return again.Output.Get();
    }
}
