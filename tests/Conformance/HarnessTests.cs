using AttentionGen.Conformance.Behaviour;
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

    private static readonly CatalogueEntry[] Types = [.. new[] { "standard", "causal", "local" }.Select(name => new CatalogueEntry(name, []))];
    // What the stand-in knows; a new catalogue entry needs no stand-in.
    private static readonly CatalogueEntry[] Encodings = [.. new[] { "none", "sinusoidal", "learned", "rope", "alibi" }.Select(name => new CatalogueEntry(name, []))];
    private static readonly IReadOnlyList<Declaration> Sample = DeclarationSample.All(Types, Encodings);
    private static readonly IReadOnlyList<Declaration> Declarations = [.. Types.SelectMany(KnownToStandIn)];

    private static readonly Lazy<(ConformanceCase Test, Dictionary<int, ReferenceRow> Rows)[][]> Cases = new(() => [.. Declarations.Select(DrawCases)]);

    public static TheoryData<Mutant> Mutants => [.. Enum.GetValues<Mutant>().Where(mutant => mutant != Mutant.None)];

    [Fact]
    public void Correct_stand_in_passes()
    {
        for (int n = 0; n < Declarations.Count; n++)
        {
            string? failure = FirstFailure(Declarations[n], Mutant.None, n);
            Assert.True(failure is null, failure);
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

    [Theory]
    [InlineData(Mutant.ExponentialFivePlaces, nameof(KernelProperties.Shifting_all_scores_changes_only_the_log_sum_exp))]
    [InlineData(Mutant.BiasScaled, nameof(KernelProperties.Shifting_all_scores_changes_only_the_log_sum_exp))]
    [InlineData(Mutant.LastKeyDropped, nameof(KernelProperties.Order_of_keys_does_not_matter_without_encoding))]
    [InlineData(Mutant.RotaryAngleInSinglePrecision, nameof(KernelProperties.Rotary_scores_depend_on_relative_positions_only))]
    [InlineData(Mutant.LogSumExpInBaseTwo, nameof(KernelProperties.Halves_of_the_keys_merge_by_log_sum_exp))]
    [InlineData(Mutant.LogSumExpWithoutMax, nameof(KernelProperties.Halves_of_the_keys_merge_by_log_sum_exp))]
    [InlineData(Mutant.GroupsInterleaved, nameof(KernelProperties.Grouped_heads_equal_repeated_heads))]
    [InlineData(Mutant.DividesByKeyCount, nameof(KernelProperties.Weights_of_a_row_sum_to_one))]
    [InlineData(Mutant.ClampsValues, nameof(KernelProperties.Output_is_linear_in_the_values))]
    public void Planted_defect_breaks_the_property(Mutant mutant, string property)
    {
        var trial = new MutantProperties(mutant);
        System.Reflection.TargetInvocationException broken = Assert.Throws<System.Reflection.TargetInvocationException>(() => typeof(KernelProperties).GetMethod(property)!.Invoke(trial, null));
        Assert.Contains("Falsifiable", broken.InnerException!.Message);
    }

    [Fact]
    public void Every_type_variant_and_encoding_variant_and_shape_is_sampled()
    {
        foreach (CatalogueEntry type in Types)
        {
            Declaration[] ofType = [.. Sample.Where(declaration => declaration.Type == type.Name)];
            Assert.Equal(DeclarationSample.Shapes.Count, ofType.Select(declaration => declaration.Shape).Distinct().Count());
            Assert.Equal(TypeVariants.Of(type).Count, ofType.Select(declaration => string.Join(',', declaration.Arguments.Select(a => a.Name + a.Code))).Distinct().Count());
            Assert.Equal(Encodings.Length, ofType.SelectMany(declaration => declaration.Encodings).Select(encoding => encoding.Name).Distinct().Count());
        }
    }

    // The stand-in knows no modifiers and no stretched rotation: variants without them, each shape and each encoding's variants in turn.
    private static IEnumerable<Declaration> KnownToStandIn(CatalogueEntry type)
    {
        Argument[][] variants = [.. TypeVariants.Of(type).Where(arguments => arguments.All(argument => argument.Name is not ("Softcap" or "QkNorm" or "LearnedSinks" or "Dropout")))];
        for (int turn = 0; turn < 2 * DeclarationSample.Shapes.Count; turn++)
        {
            HeadShape shape = DeclarationSample.Shapes[turn % DeclarationSample.Shapes.Count];
            EncodingDeclaration[][] encodings = [.. EncodingVariants.For(shape, Encodings.Select(encoding => encoding.Name), hasScores: true).Where(together => together.All(encoding => encoding.Arguments.All(argument => argument.Name != "Scaling")))];
            yield return new Declaration(type.Name, variants[turn % variants.Length], encodings[turn % encodings.Length], shape);
        }
    }

    private static string? FirstFailure(Declaration declaration, Mutant mutant, int index)
    {
        KernelHost host = StandInKernel.Host(declaration, mutant);
        foreach ((ConformanceCase test, Dictionary<int, ReferenceRow> rows) in Cases.Value[index])
        {
            try
            {
                Checker.Check(host.Strided, test, SimdTier.Best, rows, "stand-in");
            }
            catch (XunitException failure)
            {
                return failure.Message;
            }
        }

        return null;
    }

    // Drawn and answered by the oracle once, for all the defects.
    private static (ConformanceCase Test, Dictionary<int, ReferenceRow> Rows)[] DrawCases(Declaration declaration, int index)
    {
        Random random = TestSeed.For(nameof(HarnessTests), index);
        var sampler = new CaseSampler(declaration, random);
        IEnumerable<ConformanceCase> drawn = Enumerable.Range(0, CasesPerDeclaration).Select(_ => sampler.Draw(random.Pick([1, 2, 5, 7, 16, 17, 31, 33])));
        IEnumerable<ConformanceCase> planted = NonFinite.Plants.Where(_ => index % 6 == 0).Select(plant => plant.Make(declaration, random));
        return [.. drawn.Concat(planted).Select(test => (test, Checker.Rows(test, random)))];
    }

    private sealed class MutantProperties(Mutant mutant) : KernelProperties
    {
        protected override KernelHost Host(Declaration declaration) => StandInKernel.Host(declaration, mutant);
    }
}
