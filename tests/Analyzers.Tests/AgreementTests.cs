using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Analyzers.Tests;

/// <summary>The analyzer reports a blocking error exactly when the generator writes a throwing surface: for classes and projects here, for declarations nobody wrote by hand in <see cref="Fuzz.FuzzTests"/>.</summary>
public class AgreementTests
{
    [Theory]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static class Host { }")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { }")]
    [InlineData("class Outer { [AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { } }")]
    [InlineData("[AttentionGen.Attention] partial class Host { }")]
    public void They_agree_on_the_class(string source) => Agree(Lab.Compile(source));

    [Theory]
    [InlineData(true, LanguageVersion.CSharp11)]
    [InlineData(false, LanguageVersion.CSharp12)]
    [InlineData(true, LanguageVersion.CSharp12)]
    public void They_agree_on_the_project(bool allowUnsafe, LanguageVersion version) =>
        Agree(Lab.Compile(new CSharpParseOptions(version), allowUnsafe, "[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host { }"));

    [Theory]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] static partial class Host<T> { }")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] partial record Host;")]
    [InlineData("[AttentionGen.Attention(Heads = 8, HeadDim = 64)] file partial class Host;")]
    public void A_class_without_another_half_gets_none(string source) => Assert.Empty(Lab.Generate(Lab.Compile(source)));

    // True when both sides hold the declaration valid.
    private static bool Agree(CSharpCompilation compilation)
    {
        ImmutableArray<Diagnostic> found = Lab.AnalyzeAsync(compilation).GetAwaiter().GetResult();
        SortedDictionary<string, string> files = Lab.Generate(compilation);
        string surface = files[files.Keys.Single(name => name.EndsWith("Host.g.cs", StringComparison.Ordinal))];

        Diagnostic? blocking = found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).OrderBy(diagnostic => diagnostic.Id, StringComparer.Ordinal).FirstOrDefault();
        if (blocking is null)
        {
            Assert.DoesNotContain("ATTN0", surface, StringComparison.Ordinal);
        }
        else
        {
            // The surface names the very rule, and no kernel is written beside it.
            Assert.Contains(blocking.Id, surface, StringComparison.Ordinal);
            Assert.Single(files);
        }

        return blocking is null;
    }
}
