using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Gpu.Tests.Caches;

/// <summary>Attention over a cache on the device: whatever the pieces that tokens come in, each row is the oracle's row of the whole sequence.</summary>
public class GpuCacheTests
{
    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < GpuCacheDeclarations.All.Count; n++)
            {
                data.Add(n, GpuCacheDeclarations.All[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Pieces_match_the_oracle(int index, string declaration)
    {
        (GpuCacheHost host, Random random) = Prepare(index, declaration, "pieces");
        ConformanceCase test = Storable(CacheDraw.Next(host.Declaration, random, random.Next(20, 45)), host);
        int[] pieces = CutCall.RandomPieces(random, test.Sizes.QueryLength);
        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
        void Cut(KernelCall call)
        {
            using GpuKvCache cache = host.NewCache(test.Sizes.Batch, test.Sizes.KeyLength + random.Next(3));
            CutCall.Run(host.InHarness(cache), call, pieces, null!);
            Assert.Equal(test.Sizes.KeyLength, cache.Length(0));
        }

        Checker.Check(Cut, test, SimdTier.Best, expected, $"GPU, pieces [{string.Join(' ', pieces)}]");
    }

    [Theory]
    [InlineData(0, 700)]
    [InlineData(1, 513)]
    [InlineData(3, 600)]
    [InlineData(4, 830)]
    [InlineData(11, 300)]
    [InlineData(17, 515)]
    public void New_tokens_see_the_parts_of_a_long_past(int index, int past)
    {
        (GpuCacheHost host, Random random) = Prepare(index, GpuCacheDeclarations.All[index].ToString(), "long");
        const int Single = 1, Few = 3;
        int length = past + Single + Few;
        ConformanceCase test = Storable(ConformanceCase.Plain(host.Declaration, random, 1, length, length), host);
        var oracle = new ReferenceAttention(test.Problem);
        int heads = test.Sizes.Heads;
        Dictionary<int, ReferenceRow> expected = Enumerable.Range(0, heads).SelectMany(head => Enumerable.Range(past, Single + Few).Select(query => (Row: (head * length) + query, Is: oracle.Row(0, head, query)))).ToDictionary(static pair => pair.Row, static pair => pair.Is);
        void Cut(KernelCall call)
        {
            using GpuKvCache cache = host.NewCache(1, length);
            host.Append(CutCall.Piece(call, 0, past), cache, 0);
            CutCall.RunFrom(host.InHarness(cache), call, [Single, Few], null!, past);
        }

        Checker.Check(Cut, test, SimdTier.Best, expected, "GPU");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    public void Sequences_of_one_call_have_the_bits_that_each_has_alone(int index)
    {
        (GpuCacheHost host, Random random) = Prepare(index, GpuCacheDeclarations.All[index].ToString(), "together");
        int[] past = [270, 0, 30, 5], tokens = [1, 20, 3, 0];
        int[] starts = [0, 1, 21, 24, 24];
        KernelCall held = ConformanceCase.Plain(host.Declaration, random, 1, 270, 270).NewCall(), fresh = ConformanceCase.Plain(host.Declaration, random, 1, 24, 24).NewCall();
        using GpuKvCache cache = host.NewCache(4, 300), alone = host.NewCache(4, 300);
        foreach (GpuKvCache each in new[] { cache, alone })
        {
            for (int s = 0; s < past.Length; s++)
            {
                host.Append(CutCall.Piece(held, 0, past[s]).With(CallInputs.None), each, s);
            }
        }

        host.Prefill(fresh.With(fresh.Inputs with { CumulativeLengths = starts }), cache, 0, 1, 2, 3);
        for (int s = 0; s < past.Length; s++)
        {
            Assert.Equal(past[s] + tokens[s], cache.Length(s));
            if (tokens[s] > 0)
            {
                TensorBuffer together = new(fresh.Output.Data, checked((int)(fresh.Output.Offset + (starts[s] * fresh.Output.Layout.RowStride))), fresh.Output.Layout with { Length = tokens[s] });
                KernelCall one = CutCall.Piece(fresh, starts[s], tokens[s]);
                one = one.With(output: new TensorBuffer(1, one.Output.Layout.Heads, tokens[s], one.Output.Layout.Dim, Arrangement.HeadsFirst));
                host.Prefill(one, alone, s);
                Assert.True(Bits.Same(together.Get(), one.Output.Get()), $"Sequence {s} ({TestSeed.Repeat})");
            }
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(6, 18)]
    public void A_mask_of_new_tokens_alone_leaves_the_past_visible(int index, int tokens)
    {
        (GpuCacheHost host, Random random) = Prepare(index, GpuCacheDeclarations.All[index].ToString(), "tree");
        int length = 21 + tokens;
        ConformanceCase plain = ConformanceCase.Plain(host.Declaration, random, 1, length, length);
        bool[] keep = [.. Enumerable.Range(0, length * length).Select(pair => pair % length < 21 || pair % length == pair / length || random.Chance(0.5))];
        var test = new ConformanceCase
        {
            Declaration = plain.Declaration, Sizes = plain.Sizes, Query = plain.Query, Key = plain.Key, Value = plain.Value, WantsLogSumExp = plain.WantsLogSumExp,
            Inputs = plain.Inputs with { Keep = new Broadcast<bool>(keep, 1, 1, length, length) },
        };
        void Cut(KernelCall call)
        {
            using GpuKvCache cache = host.NewCache(1, length);
            CutCall.RunFrom(host.InHarness(cache), call, [21, tokens], null!, 0, onlyNew: true);
        }

        Checker.Check(Cut, test, SimdTier.Best, Checker.Rows(test, random), "GPU");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(14)]
    public void Tokens_one_by_one_have_the_bits_of_several(int index)
    {
        (GpuCacheHost host, Random random) = Prepare(index, GpuCacheDeclarations.All[index].ToString(), "drafts");
        KernelCall together = ConformanceCase.Plain(host.Declaration, random, 1, 20, 20).NewCall(), single = together.With(output: new TensorBuffer(1, together.Output.Layout.Heads, 20, together.Output.Layout.Dim, Arrangement.HeadsFirst));
        using GpuKvCache cache = host.NewCache(1, 20);
        foreach ((KernelCall call, int[] pieces) in new[] { (together, new[] { 16, 4 }), (single, [16, 1, 1, 1, 1]) })
        {
            cache.Truncate(0, 0);
            CutCall.Run(host.InHarness(cache), call.With(logSumExp: null), pieces, null!);
        }

        Assert.True(Bits.Same(together.Output.Get(), single.Output.Get()), TestSeed.Repeat);
    }

    private static (GpuCacheHost Host, Random Random) Prepare(int index, string declaration, string test)
    {
        GpuCacheHost host = GpuCacheDeclarations.Host(index);
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For("gpu cache " + test, index);
#if !ILGPU_PRESENT
        GpuExecutor.DeviceMachine.Seed = random.Next();
#endif
        return (host, random);
    }

    // Keys and values that 16 bits hold as they are, so that the oracle is given what the cache holds.
    private static ConformanceCase Storable(ConformanceCase test, GpuCacheHost host)
    {
        foreach (float[] rows in new[] { test.Key, test.Value })
        {
            foreach (ref float element in rows.AsSpan())
            {
                element = host.Shape.Precision switch
                {
                    KvPrecision.Half => (float)(Half)element,
                    KvPrecision.BFloat16 => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(element) & unchecked((int)0xFFFF0000)),
                    _ => element,
                };
            }
        }

        return test;
    }
}
