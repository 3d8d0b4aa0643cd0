using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about the class and the compilation around a declaration.</summary>
public class HostRuleTests
{
    private const string Attribute = "[AttentionGen.Attention(Heads = 8, HeadDim = 64)] ";

    [Theory]
    [InlineData("static class Host { }", "ATTN047")]
    [InlineData("class Host { }", "ATTN047")]
    [InlineData("static partial class Host { }", null)]
    [InlineData("static partial class Host<T> { }", "ATTN054")]
    [InlineData("partial record Host;", "ATTN054")]
    [InlineData("file static partial class Host;", "ATTN054")]
    [InlineData("partial class Host(int size) { public int Size => size; }", "ATTN054")]
    public async Task Judges_the_class(string declaration, string? id)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Attribute + declaration);

        Assert.Equal(id is null ? [] : [id], faults.Select(fault => fault.Id));
        Assert.All(faults, fault => Assert.Equal("Host", Lab.Underlined(fault)));
    }

    [Theory]
    [InlineData("partial class Outer", null)]
    [InlineData("partial struct Outer", null)]
    [InlineData("partial interface Outer", null)]
    [InlineData("partial record Outer", null)]
    [InlineData("class Outer", "ATTN047")]
    [InlineData("partial class Outer<T>", "ATTN054")]
    public async Task Judges_the_types_around_it(string outer, string? id)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync($"{outer} {{ {Attribute} internal static partial class Host {{ }} }}");

        Assert.Equal(id is null ? [] : [id], faults.Select(fault => fault.Id));
    }

    [Fact]
    public async Task Needs_unsafe_code()
    {
        CSharpCompilation compilation = Lab.Compile(Lab.Parse, allowUnsafe: false, Attribute + "static partial class Host { }");

        Diagnostic fault = Assert.Single(await Lab.AnalyzeAsync(compilation));
        Assert.Equal("ATTN052", fault.Id);
        Assert.Contains("<AllowUnsafeBlocks>true</AllowUnsafeBlocks>", fault.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp7_3, "7.3")]
    [InlineData(LanguageVersion.CSharp11, "11.0")]
    [InlineData(LanguageVersion.CSharp12, null)]
    public async Task Needs_csharp_12(LanguageVersion version, string? named)
    {
        CSharpCompilation compilation = Lab.Compile(new CSharpParseOptions(version), allowUnsafe: true, Attribute + "static partial class Host { }");

        Diagnostic found = Assert.Single(await Lab.AnalyzeAsync(compilation));
        Assert.Equal(named is null ? "ATTN048" : "ATTN053", found.Id);
        Assert.Contains(named is null ? "compiles to" : $"compiles as C# {named};", found.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_on_several_parts_are_one_declaration()
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(
            Attribute + "static partial class Host { }",
            "[AttentionGen.PositionalEncoding(\"rope\", RotaryDim = 3)] static partial class Host { }"));
        Assert.Equal("ATTN004", fault.Id);
        Assert.Equal("Source1.cs", fault.Location.SourceTree!.FilePath);
    }
}
