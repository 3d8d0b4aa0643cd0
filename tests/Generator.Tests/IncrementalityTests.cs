using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Generator.Tests;

/// <summary>What an edit makes the generator do again. Each test runs one driver twice and looks at the tracked steps of the second run.</summary>
public class IncrementalityTests
{
    private const string Far = "using AttentionGen;\n[Attention(\"local\", Window = 127, Heads = 8, HeadDim = 64)]\npublic static partial class Far { }\n";
    private const string Near = "using AttentionGen;\n[Attention(\"local\", Window = 15, Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f })]\npublic static partial class Near { }\n";

    [Theory]
    [InlineData("// a comment\n" + Far)]
    [InlineData("\n\n" + Far + "\n")]
    [InlineData(Far + "internal class Unrelated { public int Heads { get; set; } }\n")]
    [InlineData("using System;\n" + Far)]
    public void An_edit_beside_the_declaration_changes_nothing(string edited)
    {
        GeneratorRunResult second = RunTwice(Replace(0, edited));

        Assert.All(Outputs(second, AttentionGenerator.SpecStep), AssertReused);
        Assert.All(Outputs(second, AttentionGenerator.VerdictStep), AssertReused);
        Assert.All(SourceOutputs(second), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void A_new_file_changes_nothing()
    {
        GeneratorRunResult second = RunTwice(compilation => compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText("internal class Unrelated { }", Lab.Parse)));

        Assert.All(Outputs(second, AttentionGenerator.VerdictStep), AssertReused);
        Assert.All(SourceOutputs(second), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void A_changed_window_changes_that_type_alone()
    {
        GeneratorRunResult second = RunTwice(Replace(0, Far.Replace("127", "129", StringComparison.Ordinal)));

        List<(object Value, IncrementalStepRunReason Reason)> specs = Outputs(second, AttentionGenerator.SpecStep);
        Assert.Equal(2, specs.Count);
        Assert.Equal(IncrementalStepRunReason.Modified, Assert.Single(specs, spec => NameOf(spec.Value) == "Far").Reason);
        AssertReused(Assert.Single(specs, spec => NameOf(spec.Value) == "Near"));

        // One declaration and one implementation for each type.
        Assert.Equal(2, SourceOutputs(second).Count(reason => reason == IncrementalStepRunReason.Modified));
        Assert.Equal(2, SourceOutputs(second).Count(reason => reason == IncrementalStepRunReason.Cached));
    }

    [Fact]
    public void A_removed_type_leaves_the_one_before_it_alone()
    {
        GeneratorRunResult second = RunTwice(Replace(1, "internal class Unrelated { }"));

        List<(object Value, IncrementalStepRunReason Reason)> specs = Outputs(second, AttentionGenerator.SpecStep);
        AssertReused(Assert.Single(specs, spec => NameOf(spec.Value) == "Far"));
        Assert.Equal(["Far.Kernel.g.cs", "Far.g.cs"], second.GeneratedSources.Select(source => source.HintName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_compilation_option_that_matters_is_noticed()
    {
        GeneratorRunResult second = RunTwice(compilation => compilation.WithOptions(Lab.Options(allowUnsafe: false)));

        Assert.Equal(IncrementalStepRunReason.Modified, Assert.Single(Outputs(second, AttentionGenerator.FactsStep)).Reason);
        Assert.All(Outputs(second, AttentionGenerator.VerdictStep), verdict => Assert.Equal(IncrementalStepRunReason.Modified, verdict.Reason));
    }

    [Fact]
    public void A_compilation_option_that_does_not_matter_is_not()
    {
        GeneratorRunResult second = RunTwice(compilation => compilation.WithOptions(Lab.Options().WithOptimizationLevel(OptimizationLevel.Release)));

        Assert.Equal(IncrementalStepRunReason.Unchanged, Assert.Single(Outputs(second, AttentionGenerator.FactsStep)).Reason);
        Assert.All(Outputs(second, AttentionGenerator.VerdictStep), AssertReused);
    }

    [Fact]
    public void Of_200_declarations_a_keystroke_elsewhere_regenerates_none_and_a_changed_argument_one()
    {
        static string Source(int number, int window) => $"using AttentionGen;\n[Attention(\"local\", Window = {window}, Heads = 1, HeadDim = 4)]\npublic static partial class Host{number};\n";
        CSharpCompilation compilation = Lab.Compile([.. Enumerable.Range(0, 200).Select(number => Source(number, 15)), "internal class Unrelated { }"]);
        GeneratorDriver driver = Lab.Driver().RunGenerators(compilation);
        Assert.Equal(400, driver.GetRunResult().GeneratedTrees.Length);

        compilation = Replace(200, "internal class Unrelated { int typed; }")(compilation);
        driver = driver.RunGenerators(compilation);
        List<IncrementalStepRunReason> outputs = SourceOutputs(driver.GetRunResult().Results.Single());
        Assert.Equal(400, outputs.Count);
        Assert.All(outputs, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));

        driver = driver.RunGenerators(Replace(77, Source(77, 17))(compilation));
        GeneratorRunResult changed = driver.GetRunResult().Results.Single();
        Assert.Equal("Host77", NameOf(Assert.Single(Outputs(changed, AttentionGenerator.SpecStep), spec => spec.Reason == IncrementalStepRunReason.Modified).Value));
        Assert.Equal((2, 398), (SourceOutputs(changed).Count(reason => reason == IncrementalStepRunReason.Modified), SourceOutputs(changed).Count(reason => reason == IncrementalStepRunReason.Cached)));
    }

    private const string Shaped = "using System; using AttentionGen;\n[Attention(\"custom\", Heads = 8, HeadDim = 64)]\npublic static partial class Shaped { }\n";
    private const string Mask = "using System;\npublic static partial class Shaped { const int Reach = 3; static bool Keep(int query, int key) => Math.Abs(query - key) <= Reach; }";

    [Theory]
    [InlineData("using System;\npublic static partial class Shaped { const int Reach = 3;\n // Near keys.\n static bool Keep(int query, int key) =>\n Math.Abs(query - /* of */ key) <= Reach; }")]
    [InlineData("using System;\npublic static partial class Shaped { static bool Keep(int query, int key) { int far = Math.Abs(query - key); return far <= 1 + 2; } int Other() => 4; }")]
    public void A_function_in_another_file_that_means_the_same_changes_nothing(string edited)
    {
        GeneratorRunResult second = RunShaped(edited);
        Assert.All(Outputs(second, AttentionGenerator.SpecStep), AssertReused);
        Assert.All(SourceOutputs(second), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    // The transform sees the symbol: it runs again whenever the compilation changes, whichever file the function stands in.
    [Theory]
    [InlineData("using System;\npublic static partial class Shaped { const int Reach = 4; static bool Keep(int query, int key) => Math.Abs(query - key) <= Reach; }")]
    [InlineData("using System;\npublic static partial class Shaped { const int Reach = 3; static bool Keep(int query, int key) => Math.Abs(query - key) < Reach; }")]
    [InlineData("using System;\npublic static partial class Shaped { }")]
    public void A_function_in_another_file_that_means_something_else_regenerates(string edited)
    {
        GeneratorRunResult second = RunShaped(edited);
        Assert.Equal(IncrementalStepRunReason.Modified, Assert.Single(Outputs(second, AttentionGenerator.SpecStep)).Reason);
        Assert.Contains(IncrementalStepRunReason.Modified, SourceOutputs(second));
    }

    private static GeneratorRunResult RunShaped(string edited)
    {
        CSharpCompilation compilation = Lab.Compile(Shaped, Mask);
        GeneratorDriver driver = Lab.Driver().RunGenerators(compilation);
        Assert.Equal(2, driver.GetRunResult().GeneratedTrees.Length);
        return driver.RunGenerators(Replace(1, edited)(compilation)).GetRunResult().Results.Single();
    }

    private static GeneratorRunResult RunTwice(Func<CSharpCompilation, CSharpCompilation> edit)
    {
        CSharpCompilation compilation = Lab.Compile(Far, Near);
        GeneratorDriver driver = Lab.Driver().RunGenerators(compilation);
        Assert.Equal(4, driver.GetRunResult().GeneratedTrees.Length);
        Assert.All(Outputs(driver.GetRunResult().Results.Single(), AttentionGenerator.SpecStep), spec => Assert.Equal(IncrementalStepRunReason.New, spec.Reason));

        GeneratorRunResult second = driver.RunGenerators(edit(compilation)).GetRunResult().Results.Single();
        Assert.Null(second.Exception);
        return second;
    }

    private static Func<CSharpCompilation, CSharpCompilation> Replace(int index, string text) => compilation =>
    {
        SyntaxTree old = compilation.SyntaxTrees[index];
        return compilation.ReplaceSyntaxTree(old, CSharpSyntaxTree.ParseText(text, Lab.Parse, path: old.FilePath));
    };

    private static List<(object Value, IncrementalStepRunReason Reason)> Outputs(GeneratorRunResult result, string step) =>
        [.. result.TrackedSteps[step].SelectMany(run => run.Outputs)];

    private static List<IncrementalStepRunReason> SourceOutputs(GeneratorRunResult result) =>
        [.. result.TrackedOutputSteps.Values.SelectMany(runs => runs).SelectMany(run => run.Outputs).Select(output => output.Reason)];

    private static string NameOf(object spec) => ((Spec.AttentionSpec)spec).Host.Name;

    private static void AssertReused((object Value, IncrementalStepRunReason Reason) output) =>
        Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{output.Value} is {output.Reason}.");
}
