using System.Collections.Immutable;
using System.Diagnostics;
using AttentionGen.Generator.Rules;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>Judges a batch of declarations in one compilation; each stands in a file and a namespace of its own.</summary>
internal static class FuzzBatch
{
    /// <summary>Far more than a batch takes; a hang fails instead of blocking the run.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static void Check(Soup[] soups, FuzzTotals totals)
    {
        CSharpCompilation compilation = Lab.Compile([.. soups.Select((soup, number) => soup.Source(number))]);
        using var patience = new CancellationTokenSource(Patience);

        long start = Stopwatch.GetTimestamp();
        ILookup<SyntaxTree?, Diagnostic> found = Lab.AnalyzeAsync(compilation, patience.Token).GetAwaiter().GetResult().ToLookup(diagnostic => diagnostic.Location.SourceTree);
        totals.Analyzing += Stopwatch.GetElapsedTime(start);

        start = Stopwatch.GetTimestamp();
        GeneratorRunResult run = Lab.Driver().RunGenerators(compilation, patience.Token).GetRunResult().Results.Single();
        totals.Generating += Stopwatch.GetElapsedTime(start);
        Assert.True(run.Exception is null, $"The generator threw {run.Exception}");
        Assert.Empty(run.Diagnostics);

        start = Stopwatch.GetTimestamp();
        ILookup<SyntaxTree?, Diagnostic> own = compilation.GetDiagnostics(patience.Token).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToLookup(diagnostic => diagnostic.Location.SourceTree);
        bool[] sound = [.. compilation.SyntaxTrees.Select(tree => !own[tree].Any())];

        // The other half of a class that is not partial can't compile; that is what ATTN047 says.
        bool[] compiles = [.. compilation.SyntaxTrees.Select((tree, number) => sound[number] && found[tree].All(diagnostic => diagnostic.Id != "ATTN047"))];
        AssertGeneratedCodeCompiles(compilation, run, compiles, totals, patience.Token);
        totals.Compiling += Stopwatch.GetElapsedTime(start);

        ILookup<int, GeneratedSourceResult> files = run.GeneratedSources.ToLookup(source => NumberOf(source.SyntaxTree));
        for (int i = 0; i < soups.Length; i++)
        {
            totals.Drawn++;
            Judge([.. found[compilation.SyntaxTrees[i]]], [.. files[i]], sound[i], totals);
        }
    }

    // The judgement of one declaration; hosts it has none of are left to the compiler.
    private static void Judge(ImmutableArray<Diagnostic> found, ImmutableArray<GeneratedSourceResult> files, bool isSound, FuzzTotals totals)
    {
        ImmutableArray<Diagnostic> blocking = [.. found.Where(IsBlocking)];
        if (!isSound)
        {
            totals.Uncompilable++;
            return;
        }

        bool throws = files.Any(file => file.SourceText.ToString().Contains("throw new global::System.InvalidOperationException(\"ATTN", StringComparison.Ordinal));
        bool hasKernel = files.Any(file => file.HintName.EndsWith(".Kernel.g.cs", StringComparison.Ordinal));
        if (hasKernel && !throws)
        {
            totals.Accepted++;
            Assert.True(blocking.IsEmpty, $"A kernel was written in spite of {string.Join(", ", blocking)}");
        }
        else if (throws)
        {
            totals.Rejected++;
            Assert.True(!blocking.IsEmpty, "A throwing surface was written and no error reported.");

            // The surface names the very rule, the first by id, and no kernel is written beside it.
            string first = blocking.Select(diagnostic => diagnostic.Id).Min(StringComparer.Ordinal)!;
            Assert.Contains($"InvalidOperationException(\"{first}: ", Assert.Single(files).SourceText.ToString(), StringComparison.Ordinal);
        }
        else
        {
            // A class that can't have another half gets none, and an error; whatever is no host gets neither.
            totals.Rejected += blocking.IsEmpty ? 0 : 1;
            Assert.True(blocking.IsEmpty || blocking.Any(diagnostic => diagnostic.Id is "ATTN054" or "ATTN080"), $"Nothing was written because of {string.Join(", ", blocking)}");
        }
    }

    private static bool IsBlocking(Diagnostic diagnostic) =>
        diagnostic.Severity == DiagnosticSeverity.Error && RuleBook.DeclarationRules.Any(rule => rule.Id == diagnostic.Id);

    private static void AssertGeneratedCodeCompiles(CSharpCompilation compilation, GeneratorRunResult run, bool[] sound, FuzzTotals totals, CancellationToken patience)
    {
        // What stands beside code that does not compile can't be judged; the rest must bind without a warning.
        ImmutableArray<SyntaxTree> trees = [.. run.GeneratedSources.Where(source => NumberOf(source.SyntaxTree) is var number && sound[number]).Select(source => totals.Kernels.Reduce(source.SyntaxTree))];
        CSharpCompilation whole = compilation
            .RemoveSyntaxTrees(compilation.SyntaxTrees.Where((_, number) => !sound[number]))
            .AddSyntaxTrees(trees);
        Diagnostic[] faults = [.. whole.GetDiagnostics(patience).Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && (diagnostic.Severity == DiagnosticSeverity.Error || trees.Contains(diagnostic.Location.SourceTree!)))];
        totals.GeneratedLines += run.GeneratedSources.Sum(source => (long)source.SourceText.Lines.Count);
        Assert.True(faults.Length == 0, "Generated code does not compile: " + string.Join('\n', faults.Take(5)));
    }

    // Every source stands in a namespace N<number>.
    private static int NumberOf(SyntaxTree tree)
    {
        string space = tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().First().Name.ToString();
        return int.Parse(space.Split('.')[0][1..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
