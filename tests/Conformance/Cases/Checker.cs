using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit.Sdk;

namespace AttentionGen.Conformance.Cases;

/// <summary>Runs a case on a kernel and holds every row to the oracle's.</summary>
public static class Checker
{
    private const int AllRowsUpTo = 2000;
    private const int SampledRowsPerHead = 20;
    private const long SlowTierWork = 30_000_000;

    /// <summary>The tiers this machine runs.</summary>
    public static IReadOnlyList<SimdTier> Tiers { get; } = [.. Enum.GetValues<SimdTier>().Where(tier => tier != SimdTier.Best && SimdTiers.IsSupported(tier))];

    /// <summary>Checks the case on every tier, through the overload for contiguous data too when the data is.</summary>
    public static void CheckAllTiers(KernelHost host, ConformanceCase test, Random random)
    {
        Dictionary<int, ReferenceRow> expected = Rows(test, random);
        foreach (SimdTier tier in Tiers)
        {
            if (tier == SimdTier.Scalar && test.Work > SlowTierWork && SimdTiers.Best != SimdTier.Scalar)
            {
                continue;
            }

            Check(host.Strided, test, tier, expected, "strided");
            if (test is { InputArrangement: Arrangement.HeadsFirst, OutputArrangement: Arrangement.HeadsFirst })
            {
                Check(host.Contiguous, test, tier, expected, "contiguous");
            }
        }
    }

    /// <summary>The oracle's rows by index: all of them, or the first and last two of each head and a random sample where there are many.</summary>
    public static Dictionary<int, ReferenceRow> Rows(ConformanceCase test, Random random)
    {
        var attention = new ReferenceAttention(test.Problem);
        Dictionary<int, ReferenceRow> rows = [];
        AttentionSizes sizes = test.Sizes;
        int length = sizes.QueryLength;
        for (int index = 0; index < sizes.RowCount; index++)
        {
            int query = index % length;
            bool edge = query < 2 || query >= length - 2;
            if (sizes.RowCount <= AllRowsUpTo || edge || random.Chance((double)SampledRowsPerHead / length))
            {
                rows[index] = attention.Row(index / length / sizes.Heads, index / length % sizes.Heads, query);
            }
        }

        return rows;
    }

    /// <summary>Calls once on fresh buffers and compares.</summary>
    public static KernelCall Check(Action<KernelCall> forward, ConformanceCase test, SimdTier tier, Dictionary<int, ReferenceRow> expected, string overload)
    {
        KernelCall call = test.NewCall(tier);
        float[][] before = [(float[])call.Query.Data.Clone(), (float[])call.Key.Data.Clone(), (float[])call.Value.Data.Clone()];
        string context = $"{overload}, {tier}: {test} ({TestSeed.Repeat})";
        try
        {
            forward(call);
        }
        catch (Exception failure)
        {
            throw new XunitException($"{failure.GetType().Name}: {failure.Message}\n{context}", failure);
        }

        CheckUnchanged(before, call, context);
        CheckRows(call, test.Sizes, expected, context);
        return call;
    }

    private static void CheckUnchanged(float[][] before, KernelCall call, string context)
    {
        TensorBuffer[] inputs = [call.Query, call.Key, call.Value];
        for (int n = 0; n < inputs.Length; n++)
        {
            Require(Bits.Same(before[n], inputs[n].Data), $"The kernel wrote to its {(n == 0 ? "query" : n == 1 ? "key" : "value")}. {context}");
        }

        Require(call.Output.BrokenCanaries() == 0, $"The kernel wrote {call.Output.BrokenCanaries()} elements outside the output. {context}");
        Require(call.LogSumExp is null || call.LogSumExp.BrokenCanaries() == 0, $"The kernel wrote outside the log-sum-exp. {context}");
    }

    private static void CheckRows(KernelCall call, AttentionSizes sizes, Dictionary<int, ReferenceRow> expected, string context)
    {
        float[] output = call.Output.Get();
        float[]? logSumExp = call.LogSumExp?.Get();
        foreach ((int index, ReferenceRow row) in expected)
        {
            string where = $"batch {index / sizes.QueryLength / sizes.Heads}, head {index / sizes.QueryLength % sizes.Heads}, query {index % sizes.QueryLength} ({row.VisibleKeys} visible keys)";
            for (int feature = 0; feature < sizes.ValueDim; feature++)
            {
                float actual = output[(index * sizes.ValueDim) + feature];
                Require(Agrees(actual, row.Output[feature], row.OutputTolerance), Describe("output", where + $", feature {feature}", actual, row.Output[feature], row.OutputTolerance, context));
            }

            if (logSumExp is not null)
            {
                bool agrees = double.IsNegativeInfinity(row.LogSumExp) ? float.IsNegativeInfinity(logSumExp[index]) : Agrees(logSumExp[index], row.LogSumExp, row.LogSumExpTolerance);
                Require(agrees, Describe("log-sum-exp", where, logSumExp[index], row.LogSumExp, row.LogSumExpTolerance, context));
            }
        }
    }

    // Where the exact result is not finite, which of NaN and the infinities a kernel gives depends on its order of operations.
    private static bool Agrees(float actual, double expected, double tolerance) =>
        !double.IsFinite(expected) ? !float.IsFinite(actual)
        : Math.Abs(actual - expected) <= tolerance;

    private static Func<string> Describe(string what, string where, float actual, double expected, double tolerance, string context) =>
        () => $"{what} at {where}: expected {expected:R}, got {actual:R}; off by {Math.Abs(actual - expected):E2}, allowed {tolerance:E2}.\n{context}";

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new XunitException(message);
        }
    }

    private static void Require(bool holds, Func<string> message)
    {
        if (!holds)
        {
            throw new XunitException(message());
        }
    }
}
