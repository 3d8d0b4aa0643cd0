using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.StandIn;
using AttentionGen.Reference;
using Xunit;
using Xunit.Sdk;

namespace AttentionGen.Conformance;

/// <summary>The suite itself on trial: it passes a correct stand-in on everything, and refuses each planted defect.</summary>
public class HarnessTests
{
    private const int CasesPerDeclaration = 10;

    private static readonly CatalogueEntry[] Types = [.. ReferenceTypes.All.Keys.Select(name => new CatalogueEntry(name, []))];
    private static readonly CatalogueEntry[] Encodings = [.. ReferenceEncodings.All.Keys.Select(name => new CatalogueEntry(name, []))];
    private static readonly IReadOnlyList<Declaration> Declarations = DeclarationSample.All(Types, Encodings);

    public static TheoryData<Mutant> Mutants => [.. Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None)];

    [Fact]
    public void Correct_stand_in_passes()
    {
        for (int n = 0; n < Declarations.Count; n++)
        {
            Assert.Null(FirstFailure(Declarations[n], Mutant.None, n));
        }
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Planted_defect_is_caught(Mutant mutant)
    {
        Assert.True(
            Declarations.Where((declaration, n) => FirstFailure(declaration, mutant, n) is not null).Any(),
            $"No case noticed {mutant} ({TestSeed.Repeat}).");
    }

    [Fact]
    public void Every_type_variant_and_encoding_variant_and_shape_is_sampled()
    {
        foreach (CatalogueEntry type in Types)
        {
            Declaration[] ofType = [.. Declarations.Where(declaration => declaration.Type == type.Name)];
            Assert.Equal(DeclarationSample.Shapes.Count, ofType.Select(declaration => declaration.Shape).Distinct().Count());
            Assert.Equal(TypeVariants.Of(type).Count, ofType.Select(declaration => string.Join(',', declaration.Arguments.Select(a => a.Name + a.Code))).Distinct().Count());
            Assert.Equal(Encodings.Length, ofType.SelectMany(declaration => declaration.Encodings).Select(encoding => encoding.Name).Distinct().Count());
        }
    }

    private static string? FirstFailure(Declaration declaration, Mutant mutant, int index)
    {
        Random random = TestSeed.For(nameof(HarnessTests), index);
        KernelHost host = StandInKernel.Host(declaration, mutant);
        var sampler = new CaseSampler(declaration, random);
        IEnumerable<ConformanceCase> cases = Enumerable.Range(0, CasesPerDeclaration).Select(_ => sampler.Draw(random.Pick([1, 2, 5, 7, 16, 17, 31, 33])))
            .Concat(NonFinite.Plants.Select(plant => plant.Make(declaration, random)).Where(_ => index % 6 == 0));
        foreach (ConformanceCase test in cases)
        {
            try
            {
                Checker.Check(host.Strided, test, SimdTier.Best, Checker.Rows(test, random), "stand-in");
            }
            catch (XunitException failure)
            {
                return failure.Message;
            }
        }

        return null;
    }
}
