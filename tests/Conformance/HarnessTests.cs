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

    // What the stand-in knows: a new catalogue entry needs no stand-in, nor do modifiers and stretched rotations.
    private static readonly CatalogueEntry[] Encodings = [.. new[] { "none", "sinusoidal", "learned", "rope", "alibi" }.Select(name => new CatalogueEntry(name, []))];
    private static readonly string[] Unknown = ["Softcap", "QkNorm", "LearnedSinks", "SinkLogits", "Dropout", "Scaling"];
    private static readonly IReadOnlyList<Declaration> Declarations =
    [
        .. DeclarationSample.All(Types, Encodings)
            .Where(declaration => IsKnown(declaration.Arguments))
            .Select(declaration => declaration with { Encodings = [.. declaration.Encodings.Where(encoding => IsKnown(encoding.Arguments))] }),
    ];

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
        IReadOnlyList<Declaration> sample = DeclarationSample.All(Catalogue.Types, Catalogue.Encodings);
        foreach (CatalogueEntry type in Catalogue.Types)
        {
            Declaration[] ofType = [.. sample.Where(declaration => declaration.Type == type.Name)];
            int shapes = DeclarationSample.Shapes.Count(shape => type.Name != "differential" || shape.HeadDim % 2 == 0);
            Assert.Equal(shapes, ofType.Select(declaration => declaration.Shape).Distinct().Count());
            Assert.Equal(TypeVariants.Of(type).Count, ofType.Select(declaration => string.Join(',', declaration.Arguments.Select(a => a.Name + a.Code))).Distinct().Count());
            HeadShape compared = type.Name == "differential" ? new(2, 2, 32, 32) : new(2, 2, 64, 64);
            IEnumerable<string> fitting = EncodingVariants.For(compared, Catalogue.Encodings.Select(entry => entry.Name), hasScores: !FeatureAttention.Covers(type.Name))
                .SelectMany(variant => variant).Select(encoding => encoding.Name).Where(name => name != type.Name).Distinct();
            Assert.Empty(fitting.Except(ofType.SelectMany(declaration => declaration.Encodings).Select(encoding => encoding.Name)));
        }

        IEnumerable<string> variants = EncodingVariants.For(new(2, 2, 64, 64), Catalogue.Encodings.Select(entry => entry.Name), hasScores: true).SelectMany(variant => variant).Select(Settings).Distinct();
        Assert.Empty(variants.Except(sample.SelectMany(declaration => declaration.Encodings).Select(Settings)));
    }

    // An encoding's name and which of its arguments are written.
    private static string Settings(EncodingDeclaration encoding) => encoding.Name + string.Concat(encoding.Arguments.Select(argument => " " + argument.Name));

    private static bool IsKnown(Argument[] arguments) => arguments.All(argument => !Unknown.Contains(argument.Name));

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
