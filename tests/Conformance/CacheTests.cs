using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Attention over FP32 caches: whatever the pieces that tokens come in, each row is the oracle's row of the whole sequence.</summary>
public class CacheTests
{
    private static readonly int[] Lengths = [1, 7, 17, 64, 65, 130, 33, 257, 16, 129, 513, 48, 600, 1031];

    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < CacheDeclarations.Exact.Count; n++)
            {
                data.Add(n, CacheDeclarations.Exact[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Pieces_match_the_oracle(int index, string declaration)
    {
        (CacheHost host, Random random) = Prepare(index, declaration, "pieces");
        for (int n = 0; n < 3; n++)
        {
            ConformanceCase test = CacheDraw.Next(host.Declaration, random, Math.Min(CacheDraw.Longest(host.Declaration), Lengths[((index * 3) + n) % Lengths.Length]));
            int[] pieces = CutCall.RandomPieces(random, test.Sizes.QueryLength, most: host.Declaration.Parameters.Int("MaxLength", int.MaxValue));
            Check(host, test, pieces, random, $"pieces [{string.Join(' ', pieces)}]");
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Long_pieces_have_the_bits_of_a_call_without_a_cache(int index, string declaration)
    {
        (CacheHost host, Random random) = Prepare(index, declaration, "bits");
        if (CacheDraw.Longest(host.Declaration) < 150 || host.Declaration.Arguments.Any(argument => argument.Name is "Sinks") || CacheDraw.IsLongRope(host.Declaration))
        {
            return; // Sinks join a tile's window or not, depending on where the tile begins; LongRope's table depends on the capacity.
        }

        ConformanceCase test = CacheDraw.Next(host.Declaration, random, 150);
        foreach (SimdTier tier in Checker.Tiers)
        {
            KernelCall direct = test.NewCall(tier), cut = test.NewCall(tier);
            host.Forward(direct);
            using KvCache cache = CutCall.NewCache(host, cut);
            CutCall.Run(host, cut, [61, 17, 72], cache);
            Assert.True(Bits.Same(direct.Output.Get(), cut.Output.Get()), $"The output of {test}, {tier} ({TestSeed.Repeat})");
            Assert.True(direct.LogSumExp is null || Bits.Same(direct.LogSumExp.Get(), cut.LogSumExp!.Get()), $"The log-sum-exp of {test}, {tier} ({TestSeed.Repeat})");
        }
    }

    /// <summary>Holds a case, cut into pieces, to the oracle on every tier.</summary>
    internal static void Check(CacheHost host, ConformanceCase test, int[] pieces, Random random, string what, bool onlyNew = false)
    {
        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random);
        foreach (SimdTier tier in Checker.Tiers)
        {
            void Cut(KernelCall call)
            {
                using KvCache cache = CutCall.NewCache(host, call);
                CutCall.Run(host, call, pieces, cache, onlyNew);
                Assert.Equal(test.Sizes.KeyLength, cache.Length(0));
            }

            Checker.Check(Cut, test, tier, expected, what);
        }
    }

    internal static (CacheHost Host, Random Random) Prepare(int index, string declaration, string test)
    {
        CacheHost host = CacheHost.At(index);
        Assert.Equal(declaration, host.Declaration.ToString());
        return (host, TestSeed.For("cache " + test, index));
    }
}
