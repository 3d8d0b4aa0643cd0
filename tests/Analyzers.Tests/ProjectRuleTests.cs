using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using AttentionGen.Analyzers;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules that look at the project around a declaration: how it is built, what its calls pass.</summary>
public class ProjectRuleTests
{
    private const string Dropping = "using AttentionGen;\n[Attention(Heads = 2, HeadDim = 8, Dropout = 0.5)] ";
    private const string Rotating = "using AttentionGen;\n[Attention(Heads = 2, DModel = 16)]\n[PositionalEncoding(\"rope\")]\npublic partial class Host;\n";

    [Theory]
    [InlineData("true", null, null, true)]
    [InlineData("True", "", "linux-x64", true)]
    [InlineData("true", "sse4.2,lzcnt", "win-x64", true)]
    [InlineData("true", "x86-64-v3", "win-x64", false)]
    [InlineData("true", "native", null, false)]
    [InlineData("true", "AVX2,fma", null, false)]
    [InlineData("true", null, "linux-arm64", false)]
    [InlineData("false", null, "linux-x64", false)]
    [InlineData(null, null, null, false)]
    public async Task A_low_baseline_is_reported_once(string? aot, string? instructions, string? runtime, bool fires)
    {
        CSharpCompilation compilation = Lab.Compile(
            "[AttentionGen.Attention(Heads = 2, HeadDim = 8)] static partial class A { }",
            "[AttentionGen.Attention(Heads = 2, HeadDim = 8)] static partial class B { }");
        var options = new AnalyzerOptions([], new Properties(new() { ["build_property.PublishAot"] = aot, ["build_property.IlcInstructionSet"] = instructions, ["build_property.RuntimeIdentifier"] = runtime }));
        ImmutableArray<Diagnostic> all = await compilation.WithAnalyzers([new ConfigurationAnalyzer()], options).GetAnalyzerDiagnosticsAsync();

        ImmutableArray<Diagnostic> found = [.. all.Where(diagnostic => diagnostic.Id == "ATTN044")];
        Assert.Equal(fires ? 1 : 0, found.Length);
        Assert.All(found, diagnostic => Assert.Equal((DiagnosticSeverity.Warning, Location.None), (diagnostic.Severity, diagnostic.Location)));
    }

    [Fact]
    public void The_package_shows_the_properties_to_the_analyzer()
    {
        string properties = File.ReadAllText(Repository.PathOf("runtime", "build", "AttentionGen.props"));
        Assert.All(["PublishAot", "IlcInstructionSet", "RuntimeIdentifier"], name => Assert.Contains($"<CompilerVisibleProperty Include=\"{name}\" />", properties, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("internal static partial class Host;", "", true)]
    [InlineData("static partial class Host;", "class Other { string Seed = \"seed\"; }", true)]
    [InlineData("internal static partial class Host;", "class Other { void Call() { _ = new AttentionGen.AttentionArguments { DropoutSeed = 3 }; } }", false)]
    [InlineData("public static partial class Host;", "", false)]
    public async Task Dropout_that_nothing_turns_on_is_a_warning(string host, string other, bool fires)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(Dropping + host, other);
        Assert.Equal(fires ? [("ATTN030", DiagnosticSeverity.Warning, "Dropout = 0.5")] : [], faults.Select(fault => (fault.Id, fault.Severity, Lab.Underlined(fault))));
        Assert.Equal(2, Lab.Generate(Lab.Compile(Dropping + host, other)).Count);
    }

    [Fact]
    public async Task Dropout_in_a_class_that_others_can_see_is_not_judged() =>
        Assert.Empty(await Lab.FaultsAsync("public partial class Outer { [AttentionGen.Attention(Heads = 2, HeadDim = 8, Dropout = 0.5)] protected static partial class Host; }"));

    [Theory]
    [InlineData("layer.Weights.Load(file)", true)]
    [InlineData("new Host(3).Weights.Load(file)", true)]
    [InlineData("layer.Weights.Save(file)", false)]
    [InlineData("Load(file)", false)]
    public async Task Weights_from_elsewhere_need_a_layout(string call, bool fires)
    {
        string caller = $"static class Caller {{ static void Load(System.IO.Stream file) {{ }} static void Call(Host layer, System.IO.Stream file) => {call}; }}";
        ImmutableArray<Diagnostic> faults = await CompleteAsync(Rotating + caller);
        Assert.Equal(fires ? [("ATTN024", call[..call.IndexOf('(', call.Length - 7)])] : [], faults.Select(fault => (fault.Id, Lab.Underlined(fault))));

        Assert.Empty(await CompleteAsync(Rotating.Replace("\"rope\"", "\"rope\", Layout = RotaryLayout.Half", StringComparison.Ordinal) + caller));
        Assert.Empty(await CompleteAsync(Rotating.Replace("\"rope\"", "\"sinusoidal\"", StringComparison.Ordinal) + caller));
    }

    [Theory]
    [InlineData("Host.Forward(x, x, x, y, 1, 4, 6, new AttentionArguments { Keep = new KeepMask(mask, 4, 6) })", null)]
    [InlineData("Host.Forward(x, x, x, y, 1, 4, 6, new AttentionArguments { Keep = new KeepMask(mask, 1, 6) })", null)]
    [InlineData("Host.Forward(x, x, x, y, 1, 4, 6, new AttentionArguments { Keep = new(mask, 5, 6) })", "5: A mask with queryLength = 5 does not fit a call with queryLength = 4; it must be 4, or 1 for all")]
    [InlineData("Host.Forward(x, x, x, y, 1, 4, 6, new AttentionArguments { Drop = new DropMask(mask, queryLength: 4, keyLength: 1) })", "keyLength: 1: A mask with keyLength = 1 does not fit a call with keyLength = 6; it must be 6")]
    [InlineData("Host.Forward(x, x, x, y, n, n, n, new AttentionArguments { Bias = new ScoreBias(x, 1, 3, n, n) })", "3: A mask with heads = 3 does not fit a call with heads = 2; it must be 2, or 1 for all")]
    [InlineData("Host.Forward(x, x, x, y, 2, n, n, new AttentionArguments { Bias = new ScoreBias(x, 3, 2, 1, n) })", "3: A mask with batch = 3 does not fit a call with batch = 2; it must be 2, or 1 for all")]
    [InlineData("Host.Forward(x, x, x, y, n, n, n, new AttentionArguments { Bias = new ScoreBias(x, 3, 2, 1, 7) })", null)]
    [InlineData("new Layer().Forward(x, y, 1, 4, new AttentionArguments { Keep = new KeepMask(mask, 4, 5) })", "5: A mask with keyLength = 5 does not fit a call with keyLength = 4; it must be 4")]
    [InlineData("new Cross().Forward(x, x, y, 1, 4, 5, new AttentionArguments { Keep = new KeepMask(mask, 4, 5) })", null)]
    [InlineData("new Cross().Forward(x, x, y, 1, 4, 5, new AttentionArguments { Keep = new KeepMask(mask, 4, 4) })", "4: A mask with keyLength = 4 does not fit a call with keyLength = 5; it must be 5")]
    public async Task Constant_sizes_of_masks_must_fit(string call, string? expected)
    {
        const string hosts = "using AttentionGen;\n[Attention(Heads = 2, HeadDim = 8)] static partial class Host;\n[Attention(Heads = 2, DModel = 16)] partial class Layer;\n[Attention(Heads = 2, DModel = 16, Cross = true)] partial class Cross;\n";
        ImmutableArray<Diagnostic> faults = await CompleteAsync(hosts + $"static class Caller {{ static void Call(float[] x, float[] y, bool[] mask, int n) => {call}; }}");
        Assert.Equal(expected is null ? [] : [expected], faults.Select(fault => $"{Lab.Underlined(fault)}: {fault.GetMessage()}"));
        Assert.All(faults, fault => Assert.Equal("ATTN011", fault.Id));
    }

    // Calls need the generated halves to bind.
    private static async Task<ImmutableArray<Diagnostic>> CompleteAsync(string source)
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation(Lab.Compile(source), out Compilation complete, out ImmutableArray<Diagnostic> _);
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return [.. (await Lab.AnalyzeAsync(complete)).Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info)];
    }

    private sealed class Properties(Dictionary<string, string?> values) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Set(values);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Set(Dictionary<string, string?> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value) && value is not null;
        }
    }
}
