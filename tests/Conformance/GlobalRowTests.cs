using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>
/// Queries that see every key beside queries that see few, as many lengths as their keys: where one thread takes a whole head, both read the same packed keys,
/// and sinks take the place of keys that windows of every length and alignment have left.
/// </summary>
public class GlobalRowTests
{
    private static readonly int[] Lengths = [70, 234, 300, 700];

    private static readonly Declaration[] Declared =
    [
        .. new[] { "Window = 2, GlobalTokens = 1", "Window = 9, GlobalTokens = 3", "Window = 40, GlobalTokens = 7", "", "Window = 76, GlobalTokens = 9", "Window = 130, GlobalTokens = 5", "Window = 50, GlobalTokens = 60" }
            .Select(static (text, n) => new Declaration("localglobal", Argument.ParseList(typeof(AttentionAttribute), text), [], n % 2 == 0 ? new HeadShape(2, 2, 16, 16) : new HeadShape(2, 1, 24, 20))),
        .. new[] { "global", "wide global", "global blocks" }
            .Select(static name => new Declaration("standard", [], [], new HeadShape(2, 2, 16, 16)) { Functions = FunctionVariants.Find(name) }),
    ];

    private static readonly Lazy<IReadOnlyList<KernelHost>> Compiled = new(static () => KernelFactory.Compile(Declared));

    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < Declared.Length; n++)
            {
                data.Add(n, Declared[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Match_the_oracle(int index, string declaration)
    {
        KernelHost host = Compiled.Value[index];
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For("global rows", index);
        foreach (int length in Lengths)
        {
            Checker.CheckAllTiers(host, ConformanceCase.Plain(host.Declaration, random, 1, length, length), random);
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Have_the_same_bits_however_queries_are_cut(int index, string declaration)
    {
        KernelHost host = Compiled.Value[index];
        Assert.Equal(declaration, host.Declaration.ToString());
        ConformanceCase whole = ConformanceCase.Plain(host.Declaration, TestSeed.For("global rows, cut", index), 1, 700, 700);
        var cut = new ConformanceCase { Declaration = whole.Declaration, Sizes = whole.Sizes, Query = whole.Query, Key = whole.Key, Value = whole.Value, Inputs = whole.Inputs, MaxThreads = 3 };
        foreach (SimdTier tier in Checker.Tiers)
        {
            KernelCall one = whole.NewCall(tier), three = cut.NewCall(tier);
            host.Strided(one);
            host.Strided(three);
            Assert.True(Bits.Same(one.Output.Get(), three.Output.Get()) && Bits.Same(one.LogSumExp!.Get(), three.LogSumExp!.Get()), $"{tier} ({TestSeed.Repeat})");
        }
    }
}
