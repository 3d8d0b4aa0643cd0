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
            ConformanceCase test = Draw(host.Declaration, random, Math.Min(Longest(host.Declaration), Lengths[((index * 3) + n) % Lengths.Length]));
            int[] pieces = CutCall.RandomPieces(random, test.Sizes.QueryLength, most: host.Declaration.Parameters.Int("MaxLength", int.MaxValue));
            Check(host, test, pieces, random, $"pieces [{string.Join(' ', pieces)}]");
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Long_pieces_have_the_bits_of_a_call_without_a_cache(int index, string declaration)
    {
        (CacheHost host, Random random) = Prepare(index, declaration, "bits");
        if (Longest(host.Declaration) < 150 || host.Declaration.Arguments.Any(argument => argument.Name is "Sinks") || IsLongRope(host.Declaration))
        {
            return; // Sinks join a tile's window or not, depending on where the tile begins; LongRope's table depends on the capacity.
        }

        ConformanceCase test = Draw(host.Declaration, random, 150);
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

    private static int Longest(Declaration declaration) => (int?)declaration.Cache!.FirstOrDefault(argument => argument.Name == "Capacity")?.Number ?? int.MaxValue;

    private static bool IsLongRope(Declaration declaration) => declaration.Encodings.Any(encoding => encoding.Arguments.Any(argument => argument.Name == "LongFactors"));

    // What the oracle is told: it chooses LongRoPE's factors by the longest position of a call, a cache by its capacity, so there both of its sets are that one.
    private static Declaration WithFactorsOfCapacity(Declaration declaration)
    {
        if (!IsLongRope(declaration))
        {
            return declaration;
        }

        EncodingDeclaration rope = declaration.Encodings.First(encoding => encoding.Arguments.Any(argument => argument.Name == "LongFactors"));
        double capacity = declaration.Cache!.FirstOrDefault(argument => argument.Name == "Capacity")?.Number ?? 0;
        bool isLong = capacity == 0 || capacity > rope.Arguments.First(argument => argument.Name == "OriginalMaxLength").Number;
        float[] factors = rope.Arguments.First(argument => argument.Name == (isLong ? "LongFactors" : "ShortFactors")).Array!;
        Argument[] arguments = [.. rope.Arguments.Select(argument => argument.Name is "LongFactors" or "ShortFactors" ? argument with { Array = factors } : argument)];
        return new Declaration(declaration.Type, declaration.Arguments, [.. declaration.Encodings.Select(encoding => encoding == rope ? rope with { Arguments = arguments } : encoding)], declaration.Shape) { Functions = declaration.Functions, Cache = declaration.Cache };
    }

    private static ConformanceCase Draw(Declaration declaration, Random random, int length)
    {
        int batch = length > 300 ? 1 : random.Next(1, 3);
        ConformanceCase plain = ConformanceCase.Plain(declaration, random, batch, length, length, random.Pick([1, 1, 0.01, 8]));
        AttentionSizes sizes = plain.Sizes;
        return new ConformanceCase
        {
            Declaration = WithFactorsOfCapacity(declaration),
            Sizes = sizes,
            Query = plain.Query,
            Key = plain.Key,
            Value = plain.Value,
            InputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            OutputArrangement = random.Pick(Enum.GetValues<Arrangement>()),
            WantsLogSumExp = plain.WantsLogSumExp && random.Chance(0.7),
            MaxThreads = random.Next(4),
            Inputs = plain.Inputs with
            {
                QueryGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
                KeyGain = declaration.HasGains && random.Chance(0.6) ? random.Normal(declaration.QueryDim) : null,
                SinkLogits = declaration.HasSinkLogits && random.Chance(0.6) ? random.Normal(sizes.Heads, 3) : null,
                Keep = random.Chance(0.2) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
                Drop = random.Chance(0.1) ? random.Broadcast(sizes, r => r.Booleans(sizes.KeyLength)) : null,
                Bias = random.Chance(0.2) ? random.Broadcast(sizes, r => r.Normal(sizes.KeyLength, 2)) : null,
            },
        };
    }
}
