using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A layer's call over a cache that does not fit is refused with the name of the layer's own argument and the sizes; no output is written, and the cache holds what it held.</summary>
public class CachedLayerBadInputTests
{
    // BoundedCachedLayer: 16 features; at most 20 new tokens, 60 in all, for which its table has positions.
    private const int Width = 16, Past = 50, Tokens = 5;

    /// <summary>What is wrong, the argument to be named, and texts that the message must hold.</summary>
    public static TheoryData<string, string, string[]> Wrong => new()
    {
        { "input", "input", ["[2, 5, 16] = 160", "sequences, tokens, DModel", "144"] },
        { "output", "output", ["[2, 5, 16] = 160", "176"] },
        { "negative tokens", "tokens", [] },
        { "no cache", "cache", [] },
        { "another shape", "cache", ["BoundedCachedLayer.CacheShape", "Half"] },
        { "the same sequence twice", "sequences", ["1 stands there twice"] },
        { "no such sequence", "sequence", ["7"] },
        { "more sequences than cumulative lengths", "sequences", ["each of the 1", "got 2"] },
        { "cumulative lengths", "CumulativeLengths", ["from 0 to the 5"] },
        { "more than the table", "tokens", ["Sequence 0 of the cache holds 50 tokens and 11 more", "learned table has 60 positions"] },
        { "more tokens than MaxLength", "input", ["21", "20", "MaxLength"] },
        { "gains", "QueryGain", ["its own QueryGain"] },
        { "positions", "QueryPositions", ["rotates nothing"] },
        { "negative threads", "MaxThreads", ["-1"] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Refused(string what, string argument, string[] texts)
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("BoundedCachedLayer", what);
        using CachedLayer owned = layer;
        using KvCache cache = new ContiguousKvCache(what == "another shape" ? new KvShape(1, 8, 12, KvPrecision.Half) : layer.Shape, 2, 100);
        int past = what == "more tokens than MaxLength" ? 0 : Past, tokens = what switch { "more than the table" => 11, "more tokens than MaxLength" => 21, _ => Tokens };
        Fill(cache, past);
        CachedLayerCall bad = Spoil(what, NewCall(random, tokens, cache));
        float[] before = [.. bad.Output];
        byte[] held = Save(cache);
        var refused = Assert.ThrowsAny<ArgumentException>(() => layer.Prefill(bad));
        Assert.Equal(argument, refused.ParamName);
        Assert.All(texts, text => Assert.True(refused.Message.Contains(text, StringComparison.Ordinal), $"{what}: \"{refused.Message}\" lacks \"{text}\"."));
        Assert.True(Bits.Same(before, bad.Output), $"{what}: something was written.");
        Assert.Equal(held, Save(cache));
        if (what is not ("output" or "positions"))
        {
            Assert.Equal(argument, Assert.ThrowsAny<ArgumentException>(() => layer.Append(bad)).ParamName);
            Assert.Equal(held, Save(cache));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Decode_takes_1_to_16_tokens(int tokens)
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("BoundedCachedLayer", "decode");
        using CachedLayer owned = layer;
        using var cache = new ContiguousKvCache(layer.Shape, 2, 100);
        var refused = Assert.ThrowsAny<ArgumentException>(() => layer.Decode(NewCall(random, tokens, cache)));
        Assert.Equal("input", refused.ParamName);
        Assert.Contains($"1 to 16 new tokens of sequence 0, but got {tokens}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_ends_where_the_longest_sequence_of_a_mixed_call_does()
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("BoundedCachedLayer", "mixed table");
        using CachedLayer owned = layer;
        using var cache = new ContiguousKvCache(layer.Shape, 2, 100);
        Fill(cache, 59);
        cache.Truncate(0, 30);
        CachedLayerCall fits = NewCall(random, 10, cache) with { Input = random.Normal(10 * Width), Output = new float[10 * Width], CumulativeLengths = [0, 9, 10] };
        byte[] held = Save(cache);
        var refused = Assert.Throws<ArgumentException>("tokens", () => layer.Prefill(fits with { CumulativeLengths = [0, 8, 10] }));
        Assert.Contains("Sequence 1 of the cache holds 59 tokens and 2 more", refused.Message, StringComparison.Ordinal);
        Assert.All(fits.Output, value => Assert.Equal(0, value));
        Assert.Equal(held, Save(cache));
        layer.Prefill(fits);
        Assert.Equal(60, cache.Length(1));
        Assert.Throws<ArgumentException>("tokens", () => layer.Decode(NewCall(random, 1, cache)));
        layer.Prefill(fits with { CumulativeLengths = [0, 10, 10] }); // Nothing for the sequence that is full.
        Assert.Equal((49, 60), (cache.Length(0), cache.Length(1)));
    }

    [Fact]
    public void Without_room_for_all_none_is_changed()
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("BoundedCachedLayer", "room");
        using CachedLayer owned = layer;
        using var cache = new PagedKvCache(layer.Shape, 1);
        int[] sequences = [cache.Create(), cache.Create()];
        CachedLayerCall call = NewCall(random, Tokens, cache) with { Sequences = sequences };
        float[] before = [.. call.Output];
        Assert.Throws<InvalidOperationException>(() => layer.Prefill(call));
        Assert.All(sequences, sequence => Assert.Equal(0, cache.Length(sequence)));
        Assert.Equal(1, cache.FreePages);
        Assert.True(Bits.Same(before, call.Output));
    }

    [Fact]
    public void Bytes_hold_no_NaN()
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("ByteCachedLayer", "NaN");
        using CachedLayer owned = layer;
        using var cache = new ContiguousKvCache(layer.Shape, 2, 10);
        CachedLayerCall call = NewCall(random, 3, cache);
        call.Input[^1] = float.NaN;
        Assert.Equal("input", Assert.ThrowsAny<ArgumentException>(() => layer.Decode(call)).ParamName);
        Assert.Equal((0, 0), (cache.Length(0), cache.Length(1)));
        Assert.Equal(KvPrecision.Int8, layer.Shape.Precision);
    }

    [Fact]
    public void A_disposed_layer_or_cache_is_refused()
    {
        (_, CachedLayer layer, Random random) = CachedLayerTests.Prepare("BoundedCachedLayer", "disposed");
        var cache = new ContiguousKvCache(layer.Shape, 2, 10);
        CachedLayerCall call = NewCall(random, 3, cache);
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Decode(call));
        using var other = new ContiguousKvCache(layer.Shape, 2, 10);
        layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Decode(call with { Cache = other }));
        Assert.Throws<ObjectDisposedException>(() => layer.Append(call with { Cache = other }));
        Assert.Equal(0, other.Length(0));
    }

    private static CachedLayerCall NewCall(Random random, int tokens, IKvCache cache) =>
        new(random.Normal(2 * tokens * Width), [.. Enumerable.Repeat(float.NaN, 2 * tokens * Width)], tokens, cache, [0, 1]);

    private static CachedLayerCall Spoil(string what, CachedLayerCall good) => what switch
    {
        "input" => good with { Input = good.Input[Width..] },
        "output" => good with { Output = [.. good.Output, .. new float[Width]] },
        "negative tokens" => good with { Tokens = -1 },
        "no cache" => good with { Cache = null! },
        "the same sequence twice" => good with { Sequences = [1, 1] },
        "no such sequence" => good with { Sequences = [0, 7] },
        "more sequences than cumulative lengths" => good with { Input = good.Input[(Tokens * Width)..], Output = good.Output[(Tokens * Width)..], CumulativeLengths = [0, Tokens] },
        "cumulative lengths" => good with { Input = good.Input[(Tokens * Width)..], Output = good.Output[(Tokens * Width)..], CumulativeLengths = [0, 2, 4] },
        "gains" => good with { QueryGain = new float[8] },
        "positions" => good with { QueryPositions = [0, 1, 2, 3, 4] },
        "negative threads" => good with { MaxThreads = -1 },
        _ => good,
    };

    private static void Fill(KvCache cache, int tokens)
    {
        foreach (int sequence in new[] { 0, 1 })
        {
            cache.Reserve(sequence, tokens);
            cache.Commit(sequence, tokens);
        }
    }

    private static byte[] Save(KvCache cache)
    {
        using var stream = new MemoryStream();
        cache.Save(stream, 0);
        cache.Save(stream, 1);
        return stream.ToArray();
    }
}
