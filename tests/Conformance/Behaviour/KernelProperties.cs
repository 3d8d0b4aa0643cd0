using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.StandIn;
using AttentionGen.Reference;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AttentionGen.Conformance.Behaviour;

/// <summary>
/// What attention must satisfy whatever the data. Two results of one exact value may each stray by the oracle's bound for that problem,
/// so they may differ by twice it.
/// </summary>
public abstract class KernelProperties
{
    private const int Examples = 25;

    protected abstract KernelHost Host(Declaration declaration);

    [Fact]
    public void Weights_of_a_row_sum_to_one() => Check(Specials.Standard, (test, tier) =>
    {
        Array.Fill(test.Value, 1);
        Near(Run(test, tier).Output, Enumerable.Repeat(1f, test.Sizes.OutputCount), test, 1);
    });

    [Fact]
    public void Order_of_keys_does_not_matter_without_encoding() => Check(Specials.Standard, (test, tier) =>
    {
        int[] order = [.. Enumerable.Range(0, test.Sizes.KeyLength)];
        new Random(test.Sizes.KeyLength).Shuffle(order);
        ConformanceCase shuffled = Replace(test, key: Reorder(test.Key, test.Sizes.HeadDim, order), value: Reorder(test.Value, test.Sizes.ValueDim, order));
        Near(Run(test, tier).Output, Run(shuffled, tier).Output, test, 2);
    });

    [Fact]
    public void Rotary_scores_depend_on_relative_positions_only() => Check(Specials.Rope, (test, tier) =>
    {
        int[] queries = [.. Enumerable.Range(0, test.Sizes.QueryLength)];
        int[] keys = [.. Enumerable.Range(0, test.Sizes.KeyLength)];
        int shift = 1 + (37 * test.Sizes.KeyLength);
        CallInputs Shifted(int by) => new() { QueryPositions = [.. queries.Select(p => p + by)], KeyPositions = [.. keys.Select(p => p + by)] };
        Near(Run(Replace(test, inputs: Shifted(0)), tier).Output, Run(Replace(test, inputs: Shifted(shift)), tier).Output, test, 2);
    });

    [Fact]
    public void Shifting_all_scores_changes_only_the_log_sum_exp() => Check(Specials.Standard, (test, tier) =>
    {
        AttentionSizes sizes = test.Sizes;
        float shift = sizes.QueryLength - 11.25f;
        var bias = new Broadcast<float>([.. Enumerable.Repeat(shift, sizes.KeyLength)], 1, 1, 1, sizes.KeyLength);
        ConformanceCase shifted = Replace(test, inputs: new CallInputs { Bias = bias });
        Result plain = Run(test, tier);
        Result moved = Run(shifted, tier);
        Near(plain.Output, moved.Output, shifted, 2);
        NearLogSumExp([.. plain.LogSumExp.Select(l => (double)l + shift)], moved.LogSumExp, shifted);
    });

    [Fact]
    public void Halves_of_the_keys_merge_by_log_sum_exp() => Check(Specials.Standard, (test, tier) =>
    {
        int half = test.Sizes.KeyLength / 2;
        Result whole = Run(test, tier);
        Result left = Run(Keys(test, 0, half), tier);
        Result right = Run(Keys(test, half, test.Sizes.KeyLength), tier);
        var merged = new float[test.Sizes.OutputCount];
        for (int n = 0; n < merged.Length; n++)
        {
            int row = n / test.Sizes.ValueDim;
            double share = 1 / (1 + Math.Exp((double)right.LogSumExp[row] - left.LogSumExp[row]));
            merged[n] = (float)((share * left.Output[n]) + ((1 - share) * right.Output[n]));
        }

        // The halves' own bounds and the rounding of their log-sum-exps come on top of the whole's.
        Near(whole.Output, merged, test, 4);
    });

    [Fact]
    public void Output_is_linear_in_the_values() => Check(Specials.Grouped, (test, tier) =>
    {
        float[] other = new Random(test.Sizes.QueryLength).Normal(test.Value.Length);
        ConformanceCase second = Replace(test, value: other);
        ConformanceCase sum = Replace(test, value: [.. test.Value.Zip(other, (a, b) => (3 * a) + b)]);
        IEnumerable<float> combined = Run(test, tier).Output.Zip(Run(second, tier).Output, (a, b) => (3 * a) + b);
        double[] bounds = [.. Bounds(test).Zip(Bounds(second), (a, b) => (3 * a) + b).Zip(Bounds(sum), (a, b) => a + (2 * b))];
        Near([.. combined], Run(sum, tier).Output, bounds, test);
    });

    [Fact]
    public void Grouped_heads_equal_repeated_heads() => Check(Specials.Grouped, (test, tier) =>
    {
        var full = new ConformanceCase
        {
            Declaration = Specials.Standard,
            Sizes = test.Sizes with { KvHeads = test.Sizes.Heads },
            Query = test.Query,
            Key = RepeatHeads(test.Key, test.Sizes, test.Sizes.HeadDim),
            Value = RepeatHeads(test.Value, test.Sizes, test.Sizes.ValueDim),
        };
        Near(Run(test, tier).Output, Run(full, tier).Output, test, 2);
    });

    private static void Check(Declaration declaration, Action<ConformanceCase, SimdTier> property)
    {
        Gen<(int Batch, int Queries, int Keys, int Tier, int Seed)> examples =
            from batch in Gen.Choose(1, 3)
            from queries in Gen.Choose(1, 40)
            from keys in Gen.Choose(2, 150)
            from tier in Gen.Choose(0, Checker.Tiers.Count - 1)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (batch, queries, keys, tier, seed);
        Property holds = Prop.ForAll(examples.ToArbitrary(), example =>
        {
            ConformanceCase test = ConformanceCase.Plain(declaration, new Random(example.Seed), example.Batch, example.Queries, example.Keys);
            property(test, Checker.Tiers[example.Tier]);
        });
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Examples), holds);
    }

    private Result Run(ConformanceCase test, SimdTier tier)
    {
        KernelCall call = test.NewCall(tier);
        Host(test.Declaration).Strided(call);
        return new Result(call.Output.Get(), call.LogSumExp!.Get());
    }

    private static double[] Bounds(ConformanceCase test) => ReferenceAttention.Forward(test.Problem).OutputTolerance;

    private static void Near(float[] left, IEnumerable<float> right, ConformanceCase test, double times) =>
        Near(left, right, [.. Bounds(test).Select(bound => times * bound)], test);

    private static void Near(float[] left, IEnumerable<float> right, double[] bounds, ConformanceCase test)
    {
        int n = 0;
        foreach (float value in right)
        {
            double difference = Math.Abs((double)left[n] - value);
            Assert.True(difference <= bounds[n / test.Sizes.ValueDim], $"Element {n}: {left[n]:R} and {value:R} differ by {difference:E2}, allowed {bounds[n / test.Sizes.ValueDim]:E2}. {test}");
            n++;
        }

        Assert.Equal(left.Length, n);
    }

    private static void NearLogSumExp(double[] left, float[] right, ConformanceCase test)
    {
        var attention = new ReferenceAttention(test.Problem);
        AttentionSizes sizes = test.Sizes;
        for (int row = 0; row < right.Length; row++)
        {
            double bound = attention.Row(row / sizes.QueryLength / sizes.Heads, row / sizes.QueryLength % sizes.Heads, row % sizes.QueryLength).LogSumExpTolerance;
            Assert.InRange(left[row] - right[row], -2 * bound, 2 * bound);
        }
    }

    private static ConformanceCase Replace(ConformanceCase test, float[]? key = null, float[]? value = null, CallInputs? inputs = null) => new()
    {
        Declaration = test.Declaration,
        Sizes = test.Sizes,
        Query = test.Query,
        Key = key ?? test.Key,
        Value = value ?? test.Value,
        Inputs = inputs ?? test.Inputs,
    };

    private static ConformanceCase Keys(ConformanceCase test, int from, int to)
    {
        int[] taken = [.. Enumerable.Range(from, to - from)];
        return new ConformanceCase
        {
            Declaration = test.Declaration,
            Sizes = test.Sizes with { KeyLength = to - from },
            Query = test.Query,
            Key = Select(test.Key, test.Sizes.HeadDim, test.Sizes.KeyLength, taken),
            Value = Select(test.Value, test.Sizes.ValueDim, test.Sizes.KeyLength, taken),
        };
    }

    private static float[] Reorder(float[] rows, int dim, int[] order) => Select(rows, dim, order.Length, order);

    // [.., length, dim] -> [.., taken, dim]
    private static float[] Select(float[] rows, int dim, int length, int[] taken) =>
        [.. Enumerable.Range(0, rows.Length / dim / length).SelectMany(head => taken.SelectMany(row => rows.AsSpan(((head * length) + row) * dim, dim).ToArray()))];

    private static float[] RepeatHeads(float[] rows, AttentionSizes sizes, int dim)
    {
        int headSize = sizes.KeyLength * dim;
        return [.. Enumerable.Range(0, sizes.Batch * sizes.Heads).SelectMany(n => rows.AsSpan(((n / sizes.Heads * sizes.KvHeads) + sizes.KvHeadOf(n % sizes.Heads)) * headSize, headSize).ToArray())];
    }

    private sealed record Result(float[] Output, float[] LogSumExp);
}

/// <summary>The generated kernels.</summary>
public sealed class GeneratedKernelProperties : KernelProperties
{
    protected override KernelHost Host(Declaration declaration) => KernelFactory.Host(declaration);
}

/// <summary>The stand-in.</summary>
public sealed class StandInProperties : KernelProperties
{
    protected override KernelHost Host(Declaration declaration) => StandInKernel.Host(declaration);
}
