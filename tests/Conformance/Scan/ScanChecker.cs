using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance.Scan;

/// <summary>Holds every element of a scan's output to the oracle's.</summary>
public static class ScanChecker
{
    private const long SlowTierWork = 3_000_000;

    /// <summary>Runs a trial on every tier and compares.</summary>
    public static void CheckAllTiers(ScanHost host, ScanTrial trial)
    {
        (double[] expected, double[] tolerance) = Expected(trial);
        foreach (SimdTier tier in Checker.Tiers)
        {
            if (tier == SimdTier.Scalar && (long)expected.Length * trial.Declaration.StateSize > SlowTierWork)
            {
                continue;
            }

            trial.Tier = tier;
            host.Strided(trial);
            Compare(expected, tolerance, trial);
            Assert.Equal(0, trial.Output.BrokenCanaries());
            ScanTrial again = trial.Again();
            bool isContiguous = new[] { trial.U, trial.Delta, trial.B, trial.C }.All(tensor => tensor.Layout.Count == tensor.Span.Length);
            if (isContiguous)
            {
                host.Contiguous(again);
                Assert.True(Bits.Same(trial.Output.Get(), again.Output.Get()), $"{trial} ({TestSeed.Repeat})");
            }
        }
    }

    /// <summary>What the oracle gives for all rows, zeros for padding, and the tolerance of each element.</summary>
    public static (double[] Output, double[] Tolerance) Expected(ScanTrial trial)
    {
        int width = trial.Declaration.InnerDim;
        var output = new double[trial.Batch * trial.Length * width];
        var tolerance = new double[output.Length];
        foreach ((int firstRow, var problem) in trial.Problems())
        {
            (double[] rows, double[] bounds) = problem.Forward();
            rows.CopyTo(output, firstRow * width);
            bounds.CopyTo(tolerance, firstRow * width);
        }

        return (output, tolerance);
    }

    /// <summary>Compares a trial's output.</summary>
    public static void Compare(double[] expected, double[] tolerance, ScanTrial trial)
    {
        float[] actual = trial.Output.Get();
        for (int n = 0; n < expected.Length; n++)
        {
            bool near = double.IsNaN(expected[n]) ? float.IsNaN(actual[n]) : Math.Abs(actual[n] - expected[n]) <= tolerance[n];
            Assert.True(near, $"Element {n} (row {n / trial.Declaration.InnerDim}, channel {n % trial.Declaration.InnerDim}): expected {expected[n]:R}, got {actual[n]:R}, allowed {tolerance[n]:E2}. {trial} ({TestSeed.Repeat})");
        }
    }
}
