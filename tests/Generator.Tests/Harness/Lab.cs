using System.Collections.Immutable;
using AttentionGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Testing;

/// <summary>Compiles sources against the running framework and AttentionGen, and runs the generator and the analyzers over them.</summary>
internal static class Lab
{
    public static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    public static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is { } name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib.dll" or "netstandard.dll" or "AttentionGen.dll"))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
    ];

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers = [new ConfigurationAnalyzer(), new CallAnalyzer()];

    public static CSharpCompilationOptions Options(bool allowUnsafe = true) =>
        new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: allowUnsafe, nullableContextOptions: NullableContextOptions.Enable);

    public static CSharpCompilation Compile(params string[] sources) => Compile(Parse, allowUnsafe: true, sources);

    public static CSharpCompilation Compile(CSharpParseOptions parse, bool allowUnsafe, params string[] sources) => CSharpCompilation.Create(
        "Test",
        sources.Select((source, index) => CSharpSyntaxTree.ParseText(source, parse, path: $"Source{index}.cs")),
        References,
        Options(allowUnsafe));

    public static GeneratorDriver Driver(CSharpParseOptions? parse = null) => CSharpGeneratorDriver.Create(
        [new AttentionGen.Generator.AttentionGenerator().AsSourceGenerator()],
        parseOptions: parse ?? Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The generated files by hint name. Fails when the generator threw or reported anything.</summary>
    public static SortedDictionary<string, string> Generate(CSharpCompilation compilation)
    {
        GeneratorRunResult result = Driver(compilation.SyntaxTrees.Select(tree => tree.Options).OfType<CSharpParseOptions>().First())
            .RunGenerators(compilation).GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.Empty(result.Diagnostics);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (GeneratedSourceResult source in result.GeneratedSources)
        {
            files.Add(source.HintName, source.SourceText.ToString());
        }

        return files;
    }

    /// <summary>Our diagnostics, in source order. Fails when an analyzer threw.</summary>
    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(Compilation compilation, CancellationToken cancellation = default)
    {
        ImmutableArray<Diagnostic> all = await compilation.WithAnalyzers(Analyzers).GetAnalyzerDiagnosticsAsync(cancellation);
        Assert.DoesNotContain(all, diagnostic => diagnostic.Id == "AD0001");
        return [.. all.OrderBy(diagnostic => diagnostic.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal)];
    }

    /// <summary>Our warnings and errors: without the plan (ATTN048), which every sound declaration gets, and advice.</summary>
    public static async Task<ImmutableArray<Diagnostic>> FaultsAsync(params string[] sources) =>
        [.. (await AnalyzeAsync(Compile(sources))).Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info)];

    /// <summary>The source text that a diagnostic underlines.</summary>
    public static string Underlined(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan);
}
