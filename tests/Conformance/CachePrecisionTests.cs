using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Kernels;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Caches that store keys and values smaller: the arithmetic over what is stored is FP32's, and what storing costs stays within a stated bound.</summary>
public class CachePrecisionTests
{
    public static TheoryData<int, string> Stored => Data(CacheDeclarations.Stored);

    public static TheoryData<int, string> Rotated => Data(CacheDeclarations.Rotated);

    [Theory]
    [MemberData(nameof(Stored))]
    public void What_is_stored_is_attended_to_as_precisely_as_FP32(int index, string declaration)
    {
        (CacheHost host, Random random) = Prepare(CacheDeclarations.Stored[index], declaration, "stored", index);
        foreach (int length in new[] { 75, 300 })
        {
            ConformanceCase test = Plain(host.Declaration, random, length);
            int[] pieces = [.. CutCall.RandomPieces(random, length - 5), 5];
            Dictionary<int, ReferenceRow> expected = Checker.Rows(Held(host, test), random);
            CheckTiers(host, test, pieces, expected);
        }
    }

    /// <remarks>
    /// A key changed by dk changes its score by at most e = scale |q| |dk|; weights then change by at most e^2e - 1 in all, and the output by that times the largest value,
    /// plus the largest change of a value. |dk| is at most u |k| where elements are rounded to u relative, and sqrt(d) times half a scale where they are multiples of scales.
    /// </remarks>
    [Theory]
    [MemberData(nameof(Rotated))]
    public void Storing_costs_no_more_than_its_rounding(int index, string declaration)
    {
        (CacheHost host, Random random) = Prepare(CacheDeclarations.Rotated[index], declaration, "rotated", index);
        ConformanceCase test = Plain(host.Declaration, random, 130);
        double dim = test.Sizes.HeadDim, largest = test.Value.Max(Math.Abs);

        // Normalised rows: |q| = |k| = sqrt(d); no element is larger than that.
        (double key, double value) = host.Shape.Precision switch
        {
            KvPrecision.Half => (Math.Sqrt(dim) * Math.Pow(2, -11), largest * Math.Pow(2, -11)),
            KvPrecision.BFloat16 => (Math.Sqrt(dim) * Math.Pow(2, -8), largest * Math.Pow(2, -8)),
            _ => (Math.Sqrt(dim) * LargestKey(host, test) / 254, largest / 254),
        };
        double moved = Math.Exp(2 * key) - 1; // scale |q| = 1
        Dictionary<int, ReferenceRow> expected = Checker.Rows(test, random)
            .ToDictionary(pair => pair.Key, pair => pair.Value with { OutputTolerance = pair.Value.OutputTolerance + (moved * largest) + value, LogSumExpTolerance = pair.Value.LogSumExpTolerance + key });
        CheckTiers(host, test, [61, 16, 1, 52], expected);
    }

    private static void CheckTiers(CacheHost host, ConformanceCase test, int[] pieces, Dictionary<int, ReferenceRow> expected)
    {
        foreach (SimdTier tier in Checker.Tiers)
        {
            void Cut(KernelCall call)
            {
                using KvCache cache = CutCall.NewCache(host, call);
                CutCall.Run(host, call, pieces, cache);
            }

            Checker.Check(Cut, test, tier, expected, $"pieces [{string.Join(' ', pieces)}]");
        }
    }

    private static double LargestKey(CacheHost host, ConformanceCase test) => Held(host, test).Key.Max(Math.Abs);

    /// <summary>The same problem over what a cache holds of it.</summary>
    private static unsafe ConformanceCase Held(CacheHost host, ConformanceCase test)
    {
        AttentionSizes sizes = test.Sizes;
        KernelCall call = test.NewCall();
        using KvCache cache = CutCall.NewCache(host, call);
        host.Append(new CacheCall(call.With(CallInputs.None), cache, [.. Enumerable.Range(0, sizes.Batch)]));
        float[] key = new float[test.Key.Length], value = new float[test.Value.Length];
        fixed (float* keys = key, values = value)
        {
            for (int row = 0; row < sizes.Batch * sizes.KvHeads * sizes.KeyLength; row++)
            {
                (int sequence, int head, int token) = (row / sizes.KeyLength / sizes.KvHeads, row / sizes.KeyLength % sizes.KvHeads, row % sizes.KeyLength);
                byte* held = cache.View(sequence).Head(token / host.Shape.PageTokens, head);
                KvRows.ReadKey(host.Shape, held, token % host.Shape.PageTokens, keys + (row * sizes.HeadDim));
                KvRows.ReadValue(host.Shape, held, token % host.Shape.PageTokens, values + (row * sizes.ValueDim));
            }
        }

        return new ConformanceCase { Declaration = test.Declaration, Sizes = sizes, Query = test.Query, Key = key, Value = value, Inputs = test.Inputs };
    }

    private static ConformanceCase Plain(Declaration declaration, Random random, int length) => ConformanceCase.Plain(declaration, random, length > 200 ? 1 : 2, length, length);

    private static (CacheHost Host, Random Random) Prepare(Declaration declaration, string name, string test, int index)
    {
        Assert.Equal(name, declaration.ToString());
        return (CacheHost.Of(declaration), TestSeed.For("cache " + test, index));
    }

    private static TheoryData<int, string> Data(IReadOnlyList<Declaration> declarations)
    {
        var data = new TheoryData<int, string>();
        for (int n = 0; n < declarations.Count; n++)
        {
            data.Add(n, declarations[n].ToString());
        }

        return data;
    }
}
