using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about what else the class contains.</summary>
public class MemberRuleTests
{
    private const string Kernel = "[AttentionGen.Attention(Heads = 2, HeadDim = 8)] ";
    private const string Layer = "[AttentionGen.Attention(Heads = 2, DModel = 16)] ";
    private const string Contiguous = "System.ReadOnlySpan<float> a, System.ReadOnlySpan<float> b, System.ReadOnlySpan<float> c, System.Span<float> d, int e, int f, int g";

    /// <summary>The source; the rule; what it underlines; what its message says.</summary>
    public static TheoryData<string, string, string, string> Firing => new()
    {
        { Kernel + "static partial class Host { const int Heads = 3; }", "ATTN080", "Heads", "has a member 'Heads'" },
        { Kernel + "static partial class Host { static class Forward { } }", "ATTN080", "Forward", "rename yours" },
        { Kernel + $"static partial class Host {{ static void Forward({Contiguous}, in AttentionGen.AttentionArguments h) {{ }} }}", "ATTN080", "Forward", "'Forward'" },
        { Kernel + "static partial class Host { static int LaunchKernel; }", "ATTN080", "LaunchKernel", "'LaunchKernel'" },
        { Kernel + "static partial class Forward { }", "ATTN080", "Forward", "has the name of a member" },
        { Layer + "partial class Host { public int Weights() => 3; }", "ATTN080", "Weights", "'Weights'" },
        { Layer + "partial class Host { public void Dispose() { } }", "ATTN080", "Dispose", "'Dispose'" },
        { Layer + "partial class Host { public Host(int size) : this() { } }", "ATTN080", "Host", "takes one int" },
        { Layer + "partial class Host : Base { } class Base { protected float HeadDim { get; set; } }", "ATTN080", "Host", "inherits a member 'HeadDim'" },
        { Layer + "partial class Host : Base { } class Base { public virtual void Dispose() { } }", "ATTN080", "Host", "inherits a member 'Dispose'" },
        { Layer + "partial class Host { public Host(string name) { } }", "ATTN081", "Host", "': this(seed)'" },
        { Layer + "partial class Host { public Host() : base() { } }", "ATTN081", "Host", "'Host'" },
        { Layer + "partial class Host : Base { } class Base { protected Base(int size) { } }", "ATTN054", "Host", "base class without a constructor" },
        { Layer + "partial class Host : Base { } class Base { private Base() { } }", "ATTN054", "Host", "base class without a constructor" },
    };

    /// <summary>The nearest declarations that are fine.</summary>
    public static TheoryData<string> Silent =>
    [
        Kernel + "static partial class Host { const int heads = 3; static int Weights, Dispose, layerState, GetEncoding, RandomFeatures, BuildBlockMask; }",
        Kernel + $"static partial class Host {{ static void Forward({Contiguous}) {{ }} static void LaunchKernel() {{ }} }}",
        Kernel + "static partial class Weights { static Weights() { } }",
        Layer + "partial class Host { public Host() : this(7) { } public Host(string name) : this() { } static Host() { } }",
        Layer + "partial class Host { public int Dispose(bool now) => 0; public void Forward() { } }",
        Layer + "partial class Host : Base { } class Base { private int HeadDim; internal Base(int size = 3) { } protected Base(params int[] sizes) { } public int Forward(int n) => HeadDim; }",
        Layer + "partial class Host : System.IDisposable { }",
    ];

    [Theory]
    [MemberData(nameof(Firing))]
    public async Task Fires_at_the_member(string source, string id, string underlined, string says)
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(source));
        Assert.Equal((id, underlined), (fault.Id, Lab.Underlined(fault)));
        Assert.Contains(says, fault.GetMessage(), StringComparison.Ordinal);

        // Nothing is generated that would report the clash a second time.
        Assert.Equal(id == "ATTN081" ? 1 : 0, Lab.Generate(Lab.Compile(source)).Count);
    }

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string source)
    {
        Assert.Empty(await Lab.FaultsAsync(source));
        Lab.Driver().RunGeneratorsAndUpdateCompilation(Lab.Compile(source), out Compilation complete, out ImmutableArray<Diagnostic> _);
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
    }

    [Theory]
    [InlineData(Kernel + "static partial class Host { static int Other; }")]
    [InlineData(Layer + "partial class Host { public Host(string name) : this(3) { } }")]
    [InlineData("[AttentionGen.Attention(\"performer\", Heads = 2, DModel = 16), AttentionGen.PositionalEncoding(\"sinusoidal\")] partial class Host { }")]
    [InlineData(Kernel + "static class Host { }", "ATTN047")]
    [InlineData("class Outer { " + Layer + "partial class Host { } }", "ATTN047")]
    public async Task What_was_generated_is_not_taken_for_the_authors(string source, string id = "ATTN048")
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation(Lab.Compile(source), out Compilation complete, out ImmutableArray<Diagnostic> _);
        Assert.Equal([id], (await Lab.AnalyzeAsync(complete)).Select(diagnostic => diagnostic.Id));
    }
}
