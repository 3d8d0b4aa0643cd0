using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Bad input is refused with the argument's name and the expected and actual sizes, before anything is written.</summary>
public class BadInputTests
{
    // Specials.Bounded: 2 query heads, 1 key/value head, head dim 16, value dim 24; at most 64 queries and 96 keys.
    private const int Batch = 2;
    private const int Length = 10;

    /// <summary>What is wrong, the argument to be named, and texts that the message must hold.</summary>
    public static TheoryData<string, string, string[]> Contiguous => new()
    {
        { "query span too short", "query", ["639", "640"] },
        { "key span too long", "key", ["321", "320"] },
        { "value span empty", "value", ["480", "0"] },
        { "output span too short", "output", ["959", "960"] },
        { "negative batch", "batch", ["-1"] },
        { "negative query length", "queryLength", ["-1"] },
        { "negative key length", "keyLength", ["-1"] },
        { "sizes overflow", "", ["2147483647"] },
    };

    public static TheoryData<string, string, string[]> Strided => new()
    {
        { "query heads", "query", ["[2, 2, 10, 16]", "[2, 3, 10, 16]"] },
        { "query head dim", "query", ["[2, 2, 10, 16]", "[2, 2, 10, 17]"] },
        { "key heads", "key", ["[2, 1, 10, 16]", "[2, 2, 10, 16]"] },
        { "key batch", "key", ["[2, 1, 10, 16]", "[3, 1, 10, 16]"] },
        { "value dim", "value", ["[2, 1, 10, 24]", "[2, 1, 10, 16]"] },
        { "value length", "value", ["[2, 1, 10, 24]", "[2, 1, 11, 24]"] },
        { "output dim", "output", ["[2, 2, 10, 24]", "[2, 2, 10, 16]"] },
        { "output length", "output", ["[2, 2, 10, 24]", "[2, 2, 9, 24]"] },
        { "output rows overlap", "output", [] },
        { "output over query", "output", ["query"] },
        { "output over key", "output", ["key"] },
        { "output over value", "output", ["value"] },
        { "log-sum-exp over output", "LogSumExp", ["output"] },
        { "log-sum-exp over key", "LogSumExp", ["key"] },
        { "query length past MaxLength", "query", ["65", "64", "MaxLength"] },
        { "key length past MaxKeyLength", "key", ["97", "96", "MaxKeyLength"] },
        { "key lengths count", "KeyLengths", ["2", "3"] },
        { "key length negative", "KeyLengths", ["-1", "10"] },
        { "key length past the keys", "KeyLengths", ["11", "10"] },
        { "log-sum-exp size", "LogSumExp", ["40", "39"] },
        { "keep mask keys", "Keep", ["10", "9"] },
        { "drop mask heads", "Drop", ["2", "3"] },
        { "bias queries", "Bias", ["10", "4"] },
        { "block mask keys", "Blocks", ["[2, 2, 10, 10]", "[1, 1, 10, 9]"] },
        { "negative threads", "MaxThreads", ["-1"] },
    };

    [Theory]
    [MemberData(nameof(Contiguous))]
    public void Spans_that_do_not_fit_are_refused(string what, string argument, string[] texts)
    {
        KernelCall good = GoodCall();
        Refused(KernelFactory.Host(Specials.Bounded).Contiguous, SpanCall(good, what), argument, texts);
    }

    [Theory]
    [MemberData(nameof(Strided))]
    public void Views_and_arguments_that_do_not_fit_are_refused(string what, string argument, string[] texts)
    {
        KernelCall good = GoodCall();
        Refused(KernelFactory.Host(Specials.Bounded).Strided, ViewCall(good, what) ?? ArgumentCall(good, what), argument, texts);
    }

    [Fact]
    public void Unequal_lengths_without_alignment_are_refused_where_they_would_matter()
    {
        foreach (Declaration declaration in new[] { Specials.CausalRope, Specials.Local })
        {
            KernelCall call = ConformanceCase.Plain(declaration, TestSeed.For(nameof(BadInputTests)), 1, 5, 9).NewCall();
            ArgumentException refused = Refused(KernelFactory.Host(declaration).Strided, call, null, ["5", "9", "CausalAlignment"]);
            Assert.NotNull(refused.ParamName);
        }
    }

    [Theory]
    [InlineData(true, "QueryPositions")]
    [InlineData(false, "KeyPositions")]
    public void Positions_of_the_wrong_count_are_refused(bool queries, string argument)
    {
        KernelCall call = ConformanceCase.Plain(Specials.Rope, TestSeed.For(nameof(BadInputTests)), 2, 5, 5).NewCall();
        CallInputs inputs = queries ? new CallInputs { QueryPositions = new int[6] } : new CallInputs { KeyPositions = new int[6] };
        Refused(KernelFactory.Host(Specials.Rope).Strided, call.With(inputs), argument, ["5", "6"]);
    }

    [Fact]
    public void Tier_that_the_machine_lacks_is_refused()
    {
        KernelCall call = GoodCall().With(tier: (SimdTier)99);
        Assert.ThrowsAny<Exception>(() => KernelFactory.Host(Specials.Bounded).Strided(call));
        Untouched(call);
        foreach (SimdTier tier in Enum.GetValues<SimdTier>().Where(tier => !SimdTiers.IsSupported(tier)))
        {
            KernelCall lacking = GoodCall().With(tier: tier);
            var refused = Assert.Throws<PlatformNotSupportedException>(() => KernelFactory.Host(Specials.Bounded).Strided(lacking));
            Assert.Contains(tier.ToString(), refused.Message);
            Untouched(lacking);
        }
    }

    [Fact]
    public void Computing_in_place_over_the_queries_is_refused_or_right()
    {
        Random random = TestSeed.For(nameof(BadInputTests));
        ConformanceCase test = ConformanceCase.Plain(Specials.Standard, random, 2, 77, 77);
        float[] expected = Run(test.NewCall());
        KernelCall call = test.NewCall();
        KernelCall inPlace = call.With(output: call.Query);
        try
        {
            KernelFactory.Host(Specials.Standard).Strided(inPlace);
        }
        catch (ArgumentException)
        {
            Assert.True(Bits.Same(test.Query, inPlace.Query.Get()));
            return;
        }

        Assert.True(Bits.Same(expected, inPlace.Output.Get()), TestSeed.Repeat);

        float[] Run(KernelCall separate)
        {
            KernelFactory.Host(Specials.Standard).Strided(separate);
            return separate.Output.Get();
        }
    }

    private static KernelCall GoodCall() => ConformanceCase.Plain(Specials.Bounded, TestSeed.For(nameof(BadInputTests)), Batch, Length, Length).NewCall();

    private static KernelCall SpanCall(KernelCall good, string what) => what switch
    {
        "query span too short" => good.With(query: Flat(639)),
        "key span too long" => good.With(key: Flat(321)),
        "value span empty" => good.With(value: Flat(0)),
        "output span too short" => good.With(output: Flat(959)),
        "negative batch" => good.With(batch: -1),
        "negative query length" => good.With(queryLength: -1),
        "negative key length" => good.With(keyLength: -1),
        "sizes overflow" => good.With(batch: int.MaxValue, queryLength: int.MaxValue),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static KernelCall? ViewCall(KernelCall good, string what) => what switch
    {
        "query heads" => good.With(query: New(Batch, 3, Length, 16)),
        "query head dim" => good.With(query: New(Batch, 2, Length, 17)),
        "key heads" => good.With(key: New(Batch, 2, Length, 16)),
        "key batch" => good.With(key: New(3, 1, Length, 16)),
        "value dim" => good.With(value: New(Batch, 1, Length, 16)),
        "value length" => good.With(value: New(Batch, 1, 11, 24)),
        "output dim" => good.With(output: New(Batch, 2, Length, 16)),
        "output length" => good.With(output: New(Batch, 2, 9, 24)),
        "output rows overlap" => good.With(output: Over(good.Output, 0, new TensorLayout(Batch, 2, Length, 24, 240, 240, 12))),
        "output over query" => OutputOverQuery(good),
        "output over key" => good.With(key: Over(good.Output, 100, TensorLayout.HeadsFirst(Batch, 1, Length, 16))),
        "output over value" => good.With(value: Over(good.Output, 470, TensorLayout.HeadsFirst(Batch, 1, Length, 24))),
        "log-sum-exp over output" => good.With(logSumExp: Over(good.Output, 100, TensorLayout.HeadsFirst(Batch, 2, Length, 1))),
        "log-sum-exp over key" => good.With(logSumExp: Over(good.Key, 0, TensorLayout.HeadsFirst(Batch, 2, Length, 1))),
        "query length past MaxLength" => good.With(query: New(Batch, 2, 65, 16), output: New(Batch, 2, 65, 24), logSumExp: New(Batch, 2, 65, 1)),
        "key length past MaxKeyLength" => good.With(key: New(Batch, 1, 97, 16), value: New(Batch, 1, 97, 24)),
        "log-sum-exp size" => good.With(logSumExp: Flat(39)),
        "negative threads" => good.With(maxThreads: -1),
        _ => null,
    };

    private static KernelCall ArgumentCall(KernelCall good, string what) => good.With(what switch
    {
        "key lengths count" => new CallInputs { KeyLengths = [1, 2, 3] },
        "key length negative" => new CallInputs { KeyLengths = [1, -1] },
        "key length past the keys" => new CallInputs { KeyLengths = [11, 1] },
        "keep mask keys" => new CallInputs { Keep = new Broadcast<bool>(new bool[9], 1, 1, 1, 9) },
        "block mask keys" => new CallInputs { Blocks = new Broadcast<bool>(new bool[90], 1, 1, 10, 9) },
        "drop mask heads" => new CallInputs { Drop = new Broadcast<bool>(new bool[30], 1, 3, 1, 10) },
        "bias queries" => new CallInputs { Bias = new Broadcast<float>(new float[40], 1, 1, 4, 10) },
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    });

    private static KernelCall OutputOverQuery(KernelCall good)
    {
        TensorBuffer memory = New(Batch, 2, Length, 40);
        return good.With(
            query: Over(memory, 8, TensorLayout.HeadsFirst(Batch, 2, Length, 16)),
            output: Over(memory, 3, TensorLayout.HeadsFirst(Batch, 2, Length, 24)));
    }

    private static TensorBuffer New(int batch, int heads, int length, int dim) => new(batch, heads, length, dim, Arrangement.HeadsFirst);

    private static TensorBuffer Flat(int count) => New(1, 1, 1, count);

    private static TensorBuffer Over(TensorBuffer memory, int offset, TensorLayout layout) => new(memory.Data, memory.Offset + offset, layout);

    private static ArgumentException Refused(Action<KernelCall> forward, KernelCall call, string? argument, string[] texts)
    {
        float[] output = (float[])call.Output.Data.Clone();
        float[] logSumExp = (float[])call.LogSumExp!.Data.Clone();
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(() => forward(call));
        Assert.True(Bits.Same(output, call.Output.Data), "The output was written before the call was refused.");
        Assert.True(Bits.Same(logSumExp, call.LogSumExp.Data), "The log-sum-exp was written before the call was refused.");
        if (argument is { Length: > 0 })
        {
            Assert.Equal(argument, refused.ParamName);
        }

        Assert.All(texts, text => Assert.Contains(text, refused.Message));
        return refused;
    }

    private static void Untouched(KernelCall call) => Assert.True(Bits.Same(GoodCall().Output.Data, call.Output.Data));
}
