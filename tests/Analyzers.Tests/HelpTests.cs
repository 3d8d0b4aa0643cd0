using System.Collections.Immutable;
using System.Text.RegularExpressions;
using AttentionGen.Generator.Rules;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Analyzers.Tests;

/// <summary>What the help pages show is so: the first example is reported, the second is not, and both are C#.</summary>
public partial class HelpTests
{
    /// <summary>Rules whose examples are about the project around the source.</summary>
    private static readonly string[] AboutTheProject = ["ATTN043", "ATTN044", "ATTN052", "ATTN053", "ATTN090"];

    public static TheoryData<string> Ids => [.. RuleBook.All.Select(rule => rule.Id).Except(AboutTheProject).Except(["ATTN048"])];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Examples_hold(string id)
    {
        string[] examples = [.. Example().Matches(File.ReadAllText(Repository.PathOf("analyzers", "help", id + ".md"))).Select(match => match.Groups["code"].Value.ReplaceLineEndings("\n"))];
        Assert.Equal(2, examples.Length);
        Assert.StartsWith("// Reported", examples[0], StringComparison.Ordinal);
        Assert.StartsWith("// Fine", examples[1], StringComparison.Ordinal);

        Assert.Contains(id, (await ReportedAsync(examples[0])).Select(diagnostic => diagnostic.Id));
        CSharpCompilation fine = Complete(examples[1]);
        Assert.Empty(fine.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.DoesNotContain(id, (await ReportedAsync(examples[1])).Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public async Task The_recipe_for_severities_works()
    {
        string page = File.ReadAllText(Repository.PathOf("analyzers", "help", "README.md"));
        AnalyzerConfig recipe = AnalyzerConfig.Parse(Recipe().Match(page).Groups["code"].Value, "/.editorconfig");
        AnalyzerConfigSet set = AnalyzerConfigSet.Create(ImmutableArray.Create(recipe));
        CSharpCompilation compilation = Lab.Compile(Declare.Kernel("[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 128, MaxLength = 64)]"), Declare.Kernel("[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 4096)]").Replace("Host", "Other"));
        Assert.Equal(["ATTN006", "ATTN007", "ATTN048", "ATTN048", "ATTN084"], (await Lab.AnalyzeAsync(compilation)).Select(diagnostic => diagnostic.Id).Order(StringComparer.Ordinal));

        var trees = compilation.SyntaxTrees.Select((tree, index) => tree.WithFilePath($"/Source{index}.cs"));
        compilation = compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(trees).WithOptions(compilation.Options.WithSyntaxTreeOptionsProvider(new Configured(set)));

        Assert.Equal(
            [("ATTN007", DiagnosticSeverity.Error), ("ATTN048", DiagnosticSeverity.Warning), ("ATTN048", DiagnosticSeverity.Warning)],
            (await Lab.AnalyzeAsync(compilation)).Select(diagnostic => (diagnostic.Id, diagnostic.Severity)).Order());
    }

    private static async Task<ImmutableArray<Diagnostic>> ReportedAsync(string example) => await Lab.AnalyzeAsync(Complete(example));

    // Calls need the generated halves to bind.
    private static CSharpCompilation Complete(string example)
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation(Lab.Compile(example.StartsWith("using", StringComparison.Ordinal) ? example : "using AttentionGen;\n" + example), out Compilation complete, out ImmutableArray<Diagnostic> _);
        return (CSharpCompilation)complete;
    }

    [GeneratedRegex("```csharp\r?\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    [GeneratedRegex("```ini\r?\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Recipe();

    /// <summary>The severities that an .editorconfig sets, as the compiler hands them on.</summary>
    private sealed class Configured(AnalyzerConfigSet set) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.NotGenerated;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            set.GetOptionsForSourcePath(tree.FilePath).TreeOptions.TryGetValue(diagnosticId, out severity);

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity)
        {
            severity = ReportDiagnostic.Default;
            return false;
        }
    }
}
