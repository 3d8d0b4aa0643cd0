using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Layers over caches: whatever the pieces that tokens come in, each output row is the oracle's row of the whole causal sequence.</summary>
public class CachedLayerTests
{
    public static TheoryData<string> Layers => [.. LayerDeclaration.Cached.Where(layer => !layer.Cache!.Contains("Int8", StringComparison.Ordinal)).Select(layer => layer.Name)];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Pieces_match_the_oracle(string name)
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare(name, "pieces");
        using CachedLayer owned = layer;
        foreach ((int batch, int length) in new[] { (1, 1), (2, 19), (3, 60) })
        {
            LayerCall whole = NewCall(declaration, random, batch, length);
            double[] expected = LayerOracle.Expected(declaration, layer, whole);
            foreach (SimdTier tier in Checker.Tiers)
            {
                using var cache = new ContiguousKvCache(layer.Shape, batch, length + 2);
                int[] pieces = CutCall.RandomPieces(random, length, most: Most(declaration));
                float[] output = Run(layer, declaration, whole, pieces, cache, tier, random.Next(4));
                Assert.All(Enumerable.Range(0, batch), sequence => Assert.Equal(length, cache.Length(sequence)));
                LayerOracle.Near(expected, output, declaration, tier, $"pieces [{string.Join(' ', pieces)}]");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Prompts_and_single_tokens_in_one_call_match_the_oracle(string name)
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare(name, "mixed");
        using CachedLayer owned = layer;
        int width = declaration.Width;
        int[] past = [0, 31, 17, 40, 3], tokens = [20, 1, 0, 5, 18], starts = [0, 20, 21, 21, 26, 44];
        foreach (SimdTier tier in Checker.Tiers)
        {
            using var cache = new ContiguousKvCache(layer.Shape, past.Length, 60);
            float[][] inputs = [.. past.Zip(tokens, (a, b) => random.Normal((a + b) * width))];
            for (int s = 0; s < past.Length; s++)
            {
                for (int from = 0; from < past[s]; from += Math.Min(Most(declaration), 19))
                {
                    int count = Math.Min(Math.Min(Most(declaration), 19), past[s] - from);
                    layer.Append(new CachedLayerCall(inputs[s][(from * width)..((from + count) * width)], [], count, cache, [s]) { Tier = tier });
                }
            }

            float[] input = [.. inputs.SelectMany((rows, s) => rows[(past[s] * width)..])], output = Poisoned(input.Length);
            layer.Prefill(new CachedLayerCall(input, output, starts[^1], cache, [0, 1, 2, 3, 4]) { CumulativeLengths = starts, Tier = tier, MaxThreads = random.Next(3) });
            for (int s = 0; s < past.Length; s++)
            {
                Assert.Equal(past[s] + tokens[s], cache.Length(s));
                double[] expected = LayerOracle.Expected(declaration, layer, Alone(inputs[s], width));
                if (tokens[s] > 0)
                {
                    LayerOracle.Near(expected[(past[s] * width)..], output[(starts[s] * width)..(starts[s + 1] * width)], declaration, tier, $"sequence {s}");
                }
            }
        }
    }

    [Theory]
    [InlineData("CachedTwoTableLayer")]
    [InlineData("CachedRotaryLocalLayer")]
    public void Rejected_tokens_taken_back_leave_no_trace(string name)
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare(name, "truncate");
        using CachedLayer owned = layer;
        int width = declaration.Width;
        LayerCall whole = NewCall(declaration, random, 1, 50);
        double[] expected = LayerOracle.Expected(declaration, layer, whole);
        using var paged = new PagedKvCache(layer.Shape, 8);
        int sequence = paged.Create();
        float[] output = new float[whole.Output.Length];
        for (int from = 0; from < 50; from += 10)
        {
            float[] drafts = random.Normal(7 * width);
            layer.Decode(new CachedLayerCall(drafts, new float[drafts.Length], 7, paged, [sequence]));
            paged.Truncate(sequence, from);
            float[] piece = Poisoned(10 * width);
            layer.Decode(new CachedLayerCall(whole.Input[(from * width)..((from + 10) * width)], piece, 10, paged, [sequence]));
            piece.CopyTo(output, from * width);
        }

        LayerOracle.Near(expected, output, declaration, SimdTier.Best);
    }

    [Fact]
    public void A_ring_that_holds_the_window_is_enough()
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare("CachedRotaryLocalLayer", "ring");
        using CachedLayer owned = layer;
        LayerCall whole = NewCall(declaration, random, 2, 150);
        double[] expected = LayerOracle.Expected(declaration, layer, whole);
        using var cache = new RingKvCache(layer.Shape, 2, window: 4, sinks: 1, mostNewTokens: 20);
        LayerOracle.Near(expected, Run(layer, declaration, whole, CutCall.RandomPieces(random, 150, most: 20), cache, SimdTier.Best, 0), declaration, SimdTier.Best);
    }

    [Fact]
    public void A_tree_of_speculative_tokens_sees_its_branches()
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare("CachedModifiedLayer", "tree");
        using CachedLayer owned = layer;
        const int Past = 33, Tokens = 9, Length = Past + Tokens;
        int[] parents = [-1, .. Enumerable.Range(1, Tokens - 1).Select(n => random.Next(n))], depth = new int[Tokens];
        bool[] tree = new bool[Tokens * Tokens], all = new bool[Length * Length];
        for (int query = 0; query < Length; query++)
        {
            all.AsSpan(query * Length, Math.Min(query + 1, Past)).Fill(true);
            for (int n = query - Past; n >= 0; n = parents[n])
            {
                all[(query * Length) + Past + n] = tree[((query - Past) * Tokens) + n] = true;
                depth[query - Past]++;
            }
        }

        int[] positions = [.. Enumerable.Range(0, Past), .. depth.Select(d => Past + d - 1)];
        LayerCall whole = NewCall(declaration, random, 1, Length);
        double[] expected = LayerOracle.Expected(declaration, layer, whole, new CallInputs { Keep = new Broadcast<bool>(all, 1, 1, Length, Length), QueryPositions = positions, KeyPositions = positions });
        using var cache = new ContiguousKvCache(layer.Shape, 1, Length);
        int split = Past * declaration.Width;
        float[] output = Poisoned(Tokens * declaration.Width);
        layer.Append(new CachedLayerCall(whole.Input[..split], [], Past, cache, [0]));
        layer.Decode(new CachedLayerCall(whole.Input[split..], output, Tokens, cache, [0]) { Keep = tree, QueryPositions = positions[Past..] });
        LayerOracle.Near(expected[split..], output, declaration, SimdTier.Best);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void Same_bits_for_any_number_of_threads_and_in_place(int tokens)
    {
        (LayerDeclaration declaration, CachedLayer layer, Random random) = Prepare("WideCachedLayer", "threads" + tokens);
        using CachedLayer owned = layer;
        const int Past = 1500;
        float[] past = random.Normal(Past * declaration.Width), input = random.Normal(tokens * declaration.Width);
        float[][] results = [.. new[] { 1, 2, 3, 8 }.Select(threads =>
        {
            using var cache = new ContiguousKvCache(layer.Shape, 1, Past + tokens);
            layer.Append(new CachedLayerCall(past, [], Past, cache, [0]) { MaxThreads = threads });
            float[] both = threads == 3 ? [.. input] : Poisoned(input.Length);
            layer.Prefill(new CachedLayerCall(threads == 3 ? both : input, both, tokens, cache, [0]) { MaxThreads = threads });
            return both;
        })];
        Assert.All(results, result => Assert.True(Bits.Same(results[0], result), $"{tokens} tokens ({TestSeed.Repeat})"));
    }

    internal static (LayerDeclaration Declaration, CachedLayer Layer, Random Random) Prepare(string name, string test)
    {
        LayerDeclaration declaration = LayerDeclaration.Cached.First(layer => layer.Name == name);
        Random random = TestSeed.For($"layer cache {test} {name}");
        CachedLayer layer = CachedLayer.Create(declaration, random.Next());
        LayerOracle.Disturb(layer, random);
        return (declaration, layer, random);
    }

    // Feeds all sequences of a call in pieces; a piece that Decode takes goes there every other time.
    private static float[] Run(CachedLayer layer, LayerDeclaration declaration, LayerCall whole, int[] pieces, IKvCache cache, SimdTier tier, int threads)
    {
        int width = declaration.Width, from = 0;
        int[] sequences = [.. Enumerable.Range(0, whole.Batch)];
        float[] output = Poisoned(whole.Output.Length);
        foreach (int tokens in pieces)
        {
            int Row(int sequence) => ((sequence * whole.Length) + from) * width;
            float[] piece = [.. sequences.SelectMany(s => whole.Input[Row(s)..(Row(s) + (tokens * width))])], result = Poisoned(piece.Length);
            CachedLayerCall call = new(piece, result, tokens, cache, sequences) { Tier = tier, MaxThreads = threads };
            (tokens <= 16 && from % 2 == 0 ? (Action<CachedLayerCall>)layer.Decode : layer.Prefill)(call);
            foreach (int s in sequences)
            {
                result.AsSpan(s * tokens * width, tokens * width).CopyTo(output.AsSpan(Row(s)));
            }

            from += tokens;
        }

        return output;
    }

    private static float[] Poisoned(int count) => [.. Enumerable.Repeat(float.NaN, count)];

    private static int Most(LayerDeclaration declaration) => declaration.Name == "BoundedCachedLayer" ? 20 : int.MaxValue;

    private static LayerCall NewCall(LayerDeclaration declaration, Random random, int batch, int length)
    {
        float[] input = random.Normal(batch * length * declaration.Width);
        return new LayerCall { Input = input, Output = new float[input.Length], Batch = batch, Length = length };
    }

    private static LayerCall Alone(float[] input, int width) => new() { Input = input, Output = [], Batch = 1, Length = input.Length / width };
}
