using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>What holds of calls over caches besides the oracle: threads, batches, trees, rings, shared pages, values that are not finite.</summary>
public class CacheBehaviourTests
{
    private static readonly CacheHost Rope = CacheHost.Of(CacheDeclarations.Rope), Ringed = CacheHost.Of(CacheDeclarations.Ringed);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    public void Decoding_has_the_same_bits_for_any_number_of_threads(int tokens)
    {
        Random random = TestSeed.For("cache threads", tokens);
        ConformanceCase test = ConformanceCase.Plain(Rope.Declaration, random, 2, 3000 + tokens, 3000 + tokens);
        foreach (SimdTier tier in Checker.Tiers.Where(tier => tier != SimdTier.Scalar))
        {
            (float[] Output, float[] LogSumExp)[] results = [.. new[] { 1, 2, 3, 8 }.Select(threads => DecodeLast(Rope, test.NewCall(tier).With(maxThreads: threads), tokens))];
            Assert.All(results, result => Assert.True(Bits.Same(results[0].Output, result.Output) && Bits.Same(results[0].LogSumExp, result.LogSumExp), $"{tokens} tokens, {tier} ({TestSeed.Repeat})"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    public void Keys_in_several_parts_match_the_oracle(int tokens)
    {
        Random random = TestSeed.For("cache parts", tokens);
        const int Past = 2500;
        ConformanceCase test = ConformanceCase.Plain(Rope.Declaration, random, 1, Past + tokens, Past + tokens);
        var attention = new ReferenceAttention(test.Problem);
        foreach (SimdTier tier in Checker.Tiers.Where(tier => tier != SimdTier.Scalar))
        {
            (float[] output, float[] logSumExp) = DecodeLast(Rope, test.NewCall(tier), tokens);
            for (int head = 0; head < test.Sizes.Heads; head++)
            {
                ReferenceRow row = attention.Row(0, head, Past + tokens - 1);
                int index = (head * tokens) + tokens - 1;
                Assert.True(Math.Abs(logSumExp[index] - row.LogSumExp) <= row.LogSumExpTolerance, $"log-sum-exp, head {head}, {tier} ({TestSeed.Repeat})");
                for (int c = 0; c < test.Sizes.ValueDim; c++)
                {
                    double off = Math.Abs(output[(index * test.Sizes.ValueDim) + c] - row.Output[c]);
                    Assert.True(off <= row.OutputTolerance, $"head {head}, feature {c}, {tier}: off by {off:E2}, allowed {row.OutputTolerance:E2} ({TestSeed.Repeat})");
                }
            }
        }
    }

    [Fact]
    public void Prompts_and_single_tokens_in_one_call_have_the_bits_they_have_alone()
    {
        Random random = TestSeed.For("cache mixed");
        int[] past = [0, 700, 1500, 33, 0, 4], tokens = [90, 1, 16, 300, 3, 0];
        foreach (SimdTier tier in Checker.Tiers)
        {
            var together = new PackedCacheCase(Rope, random, past, tokens);
            KernelCall call = together.Call(tier, maxThreads: random.Next(3));
            using (KvCache cache = together.NewCache())
            {
                Rope.Prefill(new CacheCall(call, cache, together.Sequences));
                Assert.Equal(past.Zip(tokens, (a, b) => a + b), together.Sequences.Select(cache.Length));
            }

            using KvCache apart = together.NewCache();
            foreach (int s in together.Sequences.Where(s => tokens[s] > 0))
            {
                KernelCall alone = together.Alone(call, s);
                Rope.Prefill(new CacheCall(alone, apart, [s]));
                Assert.True(Bits.Same(together.Rows(call.Output, s), alone.Output.Get()), $"sequence {s}, {tier} ({TestSeed.Repeat})");
                Assert.True(Bits.Same(together.Rows(call.LogSumExp!, s), alone.LogSumExp!.Get()), $"log-sum-exp of sequence {s}, {tier} ({TestSeed.Repeat})");
            }
        }
    }

    [Fact]
    public void A_tree_of_speculative_tokens_sees_its_branches()
    {
        Random random = TestSeed.For("cache tree");
        const int Past = 150, Tokens = 12, Length = Past + Tokens;
        int[] parents = [-1, .. Enumerable.Range(1, Tokens - 1).Select(n => random.Next(n))];
        bool[] keep = new bool[Length * Length];
        int[] depth = new int[Tokens];
        for (int query = 0; query < Length; query++)
        {
            keep.AsSpan(query * Length, Math.Min(query + 1, Past)).Fill(true);
            for (int n = query - Past; n >= 0; n = parents[n])
            {
                keep[(query * Length) + Past + n] = true;
                depth[Math.Max(query - Past, 0)]++;
            }
        }

        ConformanceCase plain = ConformanceCase.Plain(Rope.Declaration, random, 2, Length, Length);
        int[] positions = [.. Enumerable.Range(0, Past), .. depth.Select(d => Past + d - 1)];
        ConformanceCase test = With(plain, plain.Inputs with { Keep = new Broadcast<bool>(keep, 1, 1, Length, Length), QueryPositions = positions, KeyPositions = positions });
        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
        foreach (SimdTier tier in Checker.Tiers)
        {
            void Cut(KernelCall call)
            {
                using KvCache cache = CutCall.NewCache(Rope, call);
                CutCall.Run(Rope, call.With(call.Inputs with { KeyPositions = null }), [Past, Tokens], cache, onlyNew: true);
            }

            Checker.Check(Cut, test, tier, expected, "tree");
        }
    }

    [Fact]
    public void A_ring_that_holds_the_window_is_enough()
    {
        Random random = TestSeed.For("cache ring");
        ConformanceCase test = ConformanceCase.Plain(Ringed.Declaration, random, 2, 700, 700);
        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
        List<int> pieces = [];
        for (int left = 700; left > 0; left -= pieces[^1])
        {
            pieces.Add(Math.Min(left, random.Next(1, 60)));
        }

        foreach (SimdTier tier in Checker.Tiers)
        {
            void Cut(KernelCall call)
            {
                using var cache = new RingKvCache(Ringed.Shape, 2, window: 8, sinks: 2, mostNewTokens: 60);
                CutCall.Run(Ringed, call, pieces, cache);
            }

            Checker.Check(Cut, test, tier, expected, $"pieces [{string.Join(' ', pieces)}]");
        }
    }

    [Fact]
    public void Sequences_that_share_pages_decode_apart()
    {
        Random random = TestSeed.For("cache fork");
        ConformanceCase test = ConformanceCase.Plain(Rope.Declaration, random, 1, 203, 203);
        KernelCall whole = test.NewCall();
        using var paged = new PagedKvCache(Rope.Shape, 40);
        int first = paged.Create();
        Rope.Prefill(new CacheCall(CutCall.Piece(whole, 0, 200), paged, [first]));
        int second = paged.Fork(first);
        float[][] results = [.. new[] { first, second }.Select(sequence => Decoded(paged, sequence))];
        using KvCache contiguous = CutCall.NewCache(Rope, whole);
        Rope.Prefill(new CacheCall(CutCall.Piece(whole, 0, 200), contiguous, [0]));
        results = [.. results, Decoded(contiguous, 0)];
        Assert.All(results, result => Assert.True(Bits.Same(results[^1], result), TestSeed.Repeat));

        float[] Decoded(IKvCache cache, int sequence)
        {
            KernelCall piece = CutCall.Piece(test.NewCall(), 200, 3);
            Rope.Decode(new CacheCall(piece, cache, [sequence]));
            return piece.Output.Get();
        }
    }

    [Fact]
    public void Appending_first_or_in_the_same_call_is_the_same()
    {
        Random random = TestSeed.For("cache append");
        ConformanceCase test = ConformanceCase.Plain(Rope.Declaration, random, 2, 90, 90);
        KernelCall whole = test.NewCall(), other = test.NewCall();
        using KvCache one = CutCall.NewCache(Rope, whole), two = CutCall.NewCache(Rope, other);
        Rope.Contiguous["Append"](new CacheCall(Contiguous(CutCall.Piece(whole, 0, 80)), one, [0, 1]));
        Rope.Prefill(new CacheCall(CutCall.Piece(other, 0, 80), two, [0, 1]));
        KernelCall piece = Contiguous(CutCall.Piece(whole, 80, 10)), same = CutCall.Piece(other, 80, 10);
        Rope.Contiguous["Decode"](new CacheCall(piece, one, [0, 1]));
        Rope.Decode(new CacheCall(same, two, [0, 1]));
        Assert.True(Bits.Same(piece.Output.Get(), same.Output.Get()), TestSeed.Repeat);
    }

    public static TheoryData<string> Plants => [.. NonFinite.Plants.Select(plant => plant.Name)];

    [Theory]
    [MemberData(nameof(Plants))]
    public void What_is_not_finite_reaches_only_rows_that_see_it(string plant)
    {
        foreach (CacheHost host in new[] { Rope, Ringed })
        {
            Random random = TestSeed.For("cache " + plant);
            for (int n = 0; n < 3; n++)
            {
                CacheTests.Check(host, NonFinite.Plants.First(each => each.Name == plant).Make(host.Declaration, random), [20, 16, 1, 30], random, plant);
            }
        }
    }

    private static (float[] Output, float[] LogSumExp) DecodeLast(CacheHost host, KernelCall whole, int tokens)
    {
        int past = whole.Query.Layout.Length - tokens;
        int[] sequences = [.. Enumerable.Range(0, whole.Query.Layout.Batch)];
        using KvCache cache = CutCall.NewCache(host, whole);
        host.Append(new CacheCall(CutCall.Piece(whole, 0, past), cache, sequences));
        KernelCall piece = CutCall.Piece(whole, past, tokens);
        host.Decode(new CacheCall(piece, cache, sequences));
        return (piece.Output.Get(), piece.LogSumExp!.Get());
    }

    private static KernelCall Contiguous(KernelCall call) => call.With(
        query: Copy(call.Query), key: Copy(call.Key), value: Copy(call.Value), output: new TensorBuffer(call.Output.Layout.Batch, call.Output.Layout.Heads, call.Output.Layout.Length, call.Output.Layout.Dim, Arrangement.HeadsFirst));

    private static TensorBuffer Copy(TensorBuffer tensor) => new TensorBuffer(tensor.Layout.Batch, tensor.Layout.Heads, tensor.Layout.Length, tensor.Layout.Dim, Arrangement.HeadsFirst).Set(tensor.Get());

    private static ConformanceCase With(ConformanceCase plain, CallInputs inputs) => new()
    {
        Declaration = plain.Declaration, Sizes = plain.Sizes, Query = plain.Query, Key = plain.Key, Value = plain.Value, Inputs = inputs, WantsLogSumExp = plain.WantsLogSumExp,
    };
}
