using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A call over a cache that does not fit is refused with the argument's name and the sizes; no output is written, and the cache holds what it held.</summary>
public class CacheBadInputTests
{
    // Bounded: 2 query heads, 1 KV head, head dim 16, value dim 24; at most 20 new tokens, 60 in all.
    private const int Past = 50, Tokens = 5;

    private static readonly CacheHost Bounded = CacheHost.Of(CacheDeclarations.Bounded);

    private static readonly float[] Shared = new float[2 * 2 * Tokens * 24];

    /// <summary>What is wrong, the argument to be named, and texts that the message must hold.</summary>
    public static TheoryData<string, string, string[]> Wrong => new()
    {
        { "query heads", "query", ["[2, 2, 5, 16]", "[2, 3, 5, 16]"] },
        { "query tokens", "query", ["[2, 2, 5, 16]", "[2, 2, 4, 16]"] },
        { "value dim", "value", ["[2, 1, 5, 24]", "[2, 1, 5, 16]"] },
        { "output length", "output", ["[2, 2, 5, 24]", "[2, 2, 6, 24]"] },
        { "output over query", "output", ["query"] },
        { "one sequence", "sequences", ["2", "1"] },
        { "the same sequence twice", "sequences", ["0"] },
        { "no such sequence", "sequence", ["7"] },
        { "another shape", "cache", ["CacheShape", "Single", "Half"] },
        { "ring", "cache", ["every key", "30"] },
        { "more tokens than the capacity", "key", ["50", "61", "60", "Capacity"] },
        { "more tokens than MaxLength", "query", ["21", "20", "MaxLength"] },
        { "key lengths", "KeyLengths", ["cache"] },
        { "key positions", "KeyPositions", ["QueryPositions"] },
        { "dropout", "DropoutSeed", ["inference"] },
        { "mask keys", "Keep", ["[2, 2, 5, 55]", "[1, 1, 5, 9]"] },
        { "mask over new tokens beside bias over all", "Bias", ["5", "55"] },
        { "cumulative lengths", "key", ["CumulativeLengths", "batch 1"] },
        { "log-sum-exp size", "LogSumExp", ["20", "10"] },
        { "negative threads", "MaxThreads", ["-1"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Refused(string what, string argument, string[] texts)
    {
        using KvCache cache = what switch
        {
            "another shape" => new ContiguousKvCache(new KvShape(1, 16, 24, KvPrecision.Half), 2, 60),
            "ring" => new RingKvCache(Bounded.Shape, 2, window: 30),
            _ => new ContiguousKvCache(Bounded.Shape, 2, 100),
        };
        Fill(cache);
        int tokens = what switch { "more tokens than the capacity" => 11, "more tokens than MaxLength" => 21, _ => Tokens };
        CacheCall bad = Spoil(what, new CacheCall(Call(tokens), cache, [0, 1]));
        float[] before = [.. bad.Call.Output.Data];
        byte[] held = Save(cache);
        var refused = Assert.ThrowsAny<ArgumentException>(() => Bounded.Prefill(bad));
        Assert.Equal(argument, refused.ParamName);
        Assert.All(texts, text => Assert.True(refused.Message.Contains(text, StringComparison.Ordinal), $"{what}: \"{refused.Message}\" lacks \"{text}\"."));
        Assert.True(Bits.Same(before, bad.Call.Output.Data), $"{what}: something was written.");
        Assert.Equal(held, Save(cache));
    }

    [Fact]
    public void A_sequence_that_stands_twice_among_many_is_found()
    {
        const int Sequences = 300;
        using var cache = new ContiguousKvCache(Bounded.Shape, Sequences, 16);
        KernelCall call = ConformanceCase.Plain(Bounded.Declaration, TestSeed.For("cache many"), Sequences, 1, 1).NewCall();
        int[] sequences = [.. Enumerable.Range(0, Sequences).Reverse()];
        sequences[271] = sequences[3];
        var refused = Assert.Throws<ArgumentException>("sequences", () => Bounded.Decode(new CacheCall(call, cache, sequences)));
        Assert.Contains($"{sequences[3]} stands there twice", refused.Message, StringComparison.Ordinal);
        sequences[271] = Sequences - 272;
        Bounded.Decode(new CacheCall(call, cache, sequences));
        Assert.All(sequences, sequence => Assert.Equal(1, cache.Length(sequence)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Decode_takes_1_to_16_tokens(int tokens)
    {
        using var cache = new ContiguousKvCache(Bounded.Shape, 2, 100);
        var refused = Assert.ThrowsAny<ArgumentException>(() => Bounded.Decode(new CacheCall(Call(tokens), cache, [0, 1])));
        Assert.Equal("query", refused.ParamName);
        Assert.Contains($"1 to 16 new tokens of sequence 0, but got {tokens}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_room_for_all_none_is_changed()
    {
        using var cache = new PagedKvCache(Bounded.Shape, 2);
        int[] sequences = [cache.Create(), cache.Create(), cache.Create()];
        KernelCall call = ConformanceCase.Plain(Bounded.Declaration, TestSeed.For("cache room"), 3, Tokens, Tokens).NewCall();
        float[] before = [.. call.Output.Data];
        Assert.Throws<InvalidOperationException>(() => Bounded.Prefill(new CacheCall(call, cache, sequences)));
        Assert.All(sequences, sequence => Assert.Equal(0, cache.Length(sequence)));
        Assert.Equal(2, cache.FreePages);
        Assert.True(Bits.Same(before, call.Output.Data));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("value")]
    public void Bytes_hold_no_NaN(string name)
    {
        CacheHost host = CacheHost.Of(CacheDeclarations.Rotated.First(declaration => declaration.Cache!.Any(argument => argument.Code.EndsWith("Int8", StringComparison.Ordinal))));
        ConformanceCase test = ConformanceCase.Plain(host.Declaration, TestSeed.For("cache NaN"), 2, 3, 3);
        (name == "key" ? test.Key : test.Value)[^1] = float.NaN;
        KernelCall call = test.NewCall();
        using KvCache cache = CutCall.NewCache(host, call);
        var refused = Assert.ThrowsAny<ArgumentException>(() => host.Decode(new CacheCall(call, cache, [0, 1])));
        Assert.Equal(name, refused.ParamName);
        Assert.Equal(0, cache.Length(0));
    }

    private static KernelCall Call(int tokens) => ConformanceCase.Plain(Bounded.Declaration, TestSeed.For("cache bad input"), 2, tokens, tokens).NewCall();

    private static void Fill(KvCache cache)
    {
        foreach (int sequence in new[] { 0, 1 })
        {
            cache.Reserve(sequence, Past);
            cache.Commit(sequence, Past);
        }
    }

    private static CacheCall Spoil(string what, CacheCall good)
    {
        KernelCall call = good.Call;
        CacheCall With(CallInputs inputs) => good with { Call = call.With(inputs) };
        TensorBuffer Other(int heads, int length, int dim) => new(2, heads, length, dim, Arrangement.HeadsFirst);
        return what switch
        {
            "query heads" => good with { Call = call.With(query: Other(3, Tokens, 16)) },
            "query tokens" => good with { Call = call.With(query: Other(2, Tokens - 1, 16)) },
            "value dim" => good with { Call = call.With(value: Other(1, Tokens, 16)) },
            "output length" => good with { Call = call.With(output: Other(2, Tokens + 1, 24)) },
            "output over query" => good with { Call = call.With(output: new TensorBuffer(Shared, 0, TensorLayout.HeadsFirst(2, 2, Tokens, 24)), query: new TensorBuffer(Shared, 0, TensorLayout.HeadsFirst(2, 2, Tokens, 16))) },
            "one sequence" => good with { Sequences = [0] },
            "the same sequence twice" => good with { Sequences = [0, 0] },
            "no such sequence" => good with { Sequences = [0, 7] },
            "key lengths" => With(call.Inputs with { KeyLengths = [5, 5] }),
            "key positions" => With(call.Inputs with { KeyPositions = [0, 1, 2, 3, 4] }),
            "dropout" => With(call.Inputs with { DropoutSeed = 3 }),
            "mask keys" => With(call.Inputs with { Keep = new(new bool[Tokens * 9], 1, 1, Tokens, 9) }),
            "mask over new tokens beside bias over all" => With(call.Inputs with { Keep = new(new bool[Tokens * (Past + Tokens)], 1, 1, Tokens, Past + Tokens), Bias = new(new float[Tokens * Tokens], 1, 1, Tokens, Tokens) }),
            "cumulative lengths" => With(call.Inputs with { CumulativeLengths = [0, 2, 5] }),
            "log-sum-exp size" => good with { Call = call.With(logSumExp: new TensorBuffer(1, 2, Tokens, 1, Arrangement.HeadsFirst)) },
            "negative threads" => good with { Call = call.With(maxThreads: -1) },
            _ => good,
        };
    }

    private static byte[] Save(KvCache cache)
    {
        using var stream = new MemoryStream();
        cache.Save(stream, 0);
        cache.Save(stream, 1);
        return stream.ToArray();
    }
}
