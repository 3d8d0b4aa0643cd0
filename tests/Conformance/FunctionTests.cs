using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Every user function, on its own and on the types in turn, on every tier, against its meaning in double precision.</summary>
public class FunctionTests
{
    private const int ShortCalls = 6;

    private static readonly Declaration[] Declared = [.. Declare()];
    private static readonly Lazy<IReadOnlyList<KernelHost>> Compiled = new(() => KernelFactory.Compile(Declared));

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
    public void Matches_its_meaning(int index, string declaration)
    {
        KernelHost host = Compiled.Value[index];
        Assert.Equal(declaration, host.Declaration.ToString());
        Random random = TestSeed.For("functions", index);
        var sampler = new CaseSampler(host.Declaration, random);
        for (int n = 0; n < ShortCalls; n++)
        {
            Checker.CheckAllTiers(host, sampler.Draw(CaseSampler.ShortLengths[((index * ShortCalls) + n) % CaseSampler.ShortLengths.Count]), random);
        }

        Checker.CheckAllTiers(host, sampler.Draw(CaseSampler.LongLengths[index % 5]), random);
    }

    private static IEnumerable<Declaration> Declare()
    {
        Argument[][] alignments =
        [
            .. new[] { "CausalAlignment = BottomRight", "CausalAlignment = TopLeft", "Causal = true, CausalAlignment = BottomRight", "Causal = true, CausalAlignment = TopLeft" }
                .Select(static text => Argument.ParseList(typeof(AttentionAttribute), text)),
        ];
        HeadShape[] shapes = [new(2, 2, 64, 64), new(8, 1, 16, 16), new(3, 1, 40, 40), new(8, 2, 20, 12)];
        string[] types = [.. Catalogue.Types.Select(type => type.Name).Where(name => !FunctionVariants.WithoutScores.Contains(name) && name != "custom")];
        string[] encodings = [.. Catalogue.Encodings.Select(encoding => encoding.Name)];
        for (int n = 0; n < FunctionVariants.All.Count; n++)
        {
            FunctionDeclaration functions = FunctionVariants.All[n];
            yield return new Declaration("standard", alignments[n % alignments.Length], [], shapes[n % shapes.Length]) { Functions = functions };
            string type = types[n % types.Length];
            // An encoding acts on the features that one softmax compares.
            HeadShape compared = type == "differential" ? shapes[0] with { HeadDim = shapes[0].HeadDim / 2 } : shapes[0];
            EncodingDeclaration[][] chosen = [.. EncodingVariants.For(compared, encodings, hasScores: true).Where(variant => variant.All(encoding => encoding.Name != type))];
            yield return new Declaration(type, alignments[n % 2], chosen[n * 7 % chosen.Length], shapes[0]) { Functions = functions };
        }
    }
}
