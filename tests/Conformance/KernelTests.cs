using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Every sampled declaration of the catalogue, on every tier, over awkward lengths and random optional inputs, against the oracle.</summary>
public class KernelTests
{
    private const int ShortCalls = 8;
    private const long LongWork = 150_000_000;

    public static TheoryData<int, string> Hosts
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int n = 0; n < KernelFactory.Declarations.Count; n++)
            {
                data.Add(n, KernelFactory.Declarations[n].ToString());
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Matches_the_oracle_at_short_lengths(int index, string declaration)
    {
        (KernelHost host, Random random, CaseSampler sampler) = Prepare(index, declaration, "short");
        for (int n = 0; n < ShortCalls; n++)
        {
            // Walks the list across hosts, so that all lengths meet every type whatever the seed.
            int length = CaseSampler.ShortLengths[((index * ShortCalls) + n) % CaseSampler.ShortLengths.Count];
            Checker.CheckAllTiers(host, sampler.Draw(length), random);
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Matches_the_oracle_over_several_key_blocks(int index, string declaration)
    {
        (KernelHost host, Random random, CaseSampler sampler) = Prepare(index, declaration, "long");
        int length = CaseSampler.LongLengths[index % CaseSampler.LongLengths.Count];
        ConformanceCase test = sampler.Draw(length);
        Checker.CheckAllTiers(host, test.Work <= LongWork ? test : sampler.Draw(CaseSampler.LongLengths[0]), random);
    }

    private static (KernelHost Host, Random Random, CaseSampler Sampler) Prepare(int index, string declaration, string test)
    {
        KernelHost host = KernelFactory.Host(index);
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For(test, index);
        return (host, random, new CaseSampler(host.Declaration, random));
    }
}
