using AttentionGen.Allocation;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Sequences of different lengths laid end to end give each sequence the bits it has alone, for every sampled declaration.</summary>
public class PackedTests
{
    public static TheoryData<int, string> Hosts => KernelTests.Hosts;

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Each_sequence_has_the_bits_it_has_alone(int index, string declaration)
    {
        KernelHost host = KernelFactory.Host(index);
        Random random = TestSeed.For("packed", index);
        int[] lengths = [.. Enumerable.Range(0, 6).Select(_ => random.Pick(CaseSampler.ShortLengths)), 0, index % 4 == 0 ? 600 : 260];
        random.Shuffle(lengths);
        int[] keyLengths = host.Declaration.AllowsUnequalLengths ? [.. lengths.Select(length => random.Chance(0.5) ? length : random.Pick(CaseSampler.ShortLengths))] : lengths;
        PackedCase test = new(host.Declaration, random, lengths, keyLengths);
        foreach (SimdTier tier in new[] { Checker.Tiers[0], random.Pick([.. Checker.Tiers]) })
        {
            KernelCall call = test.NewCall(tier, random.Next(3));
            host.Strided(call);
            Assert.True(call.Output.BrokenCanaries() == 0, $"Wrote outside the output: {declaration}, {tier} ({TestSeed.Repeat})");
            for (int s = 0; s < lengths.Length; s++)
            {
                KernelCall alone = test.Alone(s, tier);
                host.Strided(alone);
                string context = $"sequence {s} of [{string.Join(' ', lengths)}] queries, [{string.Join(' ', keyLengths)}] keys: {declaration}, {tier} ({TestSeed.Repeat})";
                Assert.True(Bits.Same(alone.Output.Get(), test.Rows(call.Output, s)), "The output of " + context);
                Assert.True(call.LogSumExp is null || Bits.Same(alone.LogSumExp!.Get(), test.Rows(call.LogSumExp, s)), "The log-sum-exp of " + context);
            }
        }
    }

    [Fact]
    public void Dropout_counts_sequences_as_a_batch_does()
    {
        Declaration declaration = KernelFactory.Declarations.First(each => each.HasDropout && each.HasLogSumExp);
        KernelHost host = KernelFactory.Host(KernelFactory.Declarations.ToList().IndexOf(declaration));
        Random random = TestSeed.For(nameof(Dropout_counts_sequences_as_a_batch_does));
        PackedCase test = new(declaration, random, [31, 31, 31], [31, 31, 31]);
        KernelCall packed = test.NewCall(SimdTier.Best, 1);
        host.Strided(packed.With(packed.Inputs with { DropoutSeed = 5 }));
        KernelCall batch = test.Batch(3, 31);
        host.Strided(batch.With(batch.Inputs with { DropoutSeed = 5 }));
        Assert.True(Bits.Same(batch.Output.Get(), test.Joined(packed.Output, 3)), TestSeed.Repeat);
        host.Strided(packed);
        Assert.False(Bits.Same(batch.Output.Get(), test.Joined(packed.Output, 3)), "The seed had no effect.");
    }

    [Fact]
    public void Calls_after_the_first_allocate_nothing()
    {
        PackedCase test = new(Specials.CausalRope, TestSeed.For(nameof(PackedTests)), [3, 50, 0, 17], [3, 50, 0, 17]);
        KernelCall call = test.NewCall(SimdTier.Best, 1);
        Action<KernelCall> forward = KernelFactory.Host(Specials.CausalRope).Strided;
        Assert.Equal(0, AllocationMeter.OfThread(() => forward(call)));
    }

    /// <summary>What is wrong, the argument to be named, and texts that the message must hold.</summary>
    public static TheoryData<string, int[], int[]?, string, string[]> Wrong => new()
    {
        { "does not begin at 0", [1, 5, 12], null, "CumulativeLengths", ["0", "1", "12"] },
        { "does not end at the queries", [0, 5, 11], null, "CumulativeLengths", ["12", "11"] },
        { "falls", [0, 9, 5, 12], null, "CumulativeLengths", ["5", "9"] },
        { "one element", [0], null, "CumulativeLengths", ["12"] },
        { "keys do not end at the keys", [0, 5, 12], [0, 5, 11], "CumulativeKeyLengths", ["12", "11"] },
        { "other number of sequences", [0, 5, 12], [0, 5, 6, 12], "CumulativeKeyLengths", ["2", "3"] },
        { "unequal lengths without alignment", [0, 5, 12], [0, 4, 12], "key", ["5", "4", "sequence 0", "CausalAlignment"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Bad_lengths_are_refused(string what, int[] lengths, int[]? keyLengths, string argument, string[] texts) =>
        Refuse(inputs => inputs with { CumulativeLengths = lengths, CumulativeKeyLengths = keyLengths }, argument, texts, what);

    [Fact]
    public void What_is_for_one_length_is_refused_beside_them()
    {
        Refuse(inputs => inputs with { KeyLengths = [12] }, "KeyLengths", ["CumulativeLengths"], "key lengths");
        Refuse(inputs => inputs with { Keep = new(new bool[12], 1, 1, 1, 12) }, "Keep", ["CumulativeLengths"], "keep");
        Refuse(inputs => inputs with { Drop = new(new bool[12], 1, 1, 1, 12) }, "Drop", ["CumulativeLengths"], "drop");
        Refuse(inputs => inputs with { Bias = new(new float[12], 1, 1, 1, 12) }, "Bias", ["CumulativeLengths"], "bias");
        Refuse(inputs => inputs with { Blocks = new(new bool[144], 1, 1, 12, 12) }, "Blocks", ["CumulativeLengths"], "blocks");
        Refuse(inputs => inputs with { CumulativeLengths = null, CumulativeKeyLengths = [0, 5, 12] }, "CumulativeLengths", ["CumulativeLengths"], "keys alone");
    }

    private static void Refuse(Func<CallInputs, CallInputs> spoil, string argument, string[] texts, string what)
    {
        PackedCase test = new(Specials.CausalRope, TestSeed.For(nameof(PackedTests)), [5, 7], [5, 7]);
        KernelCall call = test.NewCall(SimdTier.Best, 1);
        float[] before = [.. call.Output.Data];
        var refused = Assert.ThrowsAny<ArgumentException>(() => KernelFactory.Host(Specials.CausalRope).Strided(call.With(spoil(call.Inputs))));
        Assert.Equal(argument, refused.ParamName);
        Assert.All(texts, text => Assert.True(refused.Message.Contains(text, StringComparison.Ordinal), $"{what}: \"{refused.Message}\" lacks \"{text}\"."));
        Assert.True(Bits.Same(before, call.Output.Data), $"{what}: something was written.");
    }
}
