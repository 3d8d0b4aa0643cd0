using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Rules about patterns that hide nothing, encodings that repeat each other, and layers that do not fit their model.</summary>
public class PatternRuleTests
{
    private const string Shape = "Heads = 8, HeadDim = 64";
    private const string Causal = "[assembly: Model(DModel = 512, Heads = 8, MaxLength = 256, Causal = true)]\n";

    /// <summary>Kernel or layer; attributes; the only rule that fires, with its severity; the text it underlines; what its message must say.</summary>
    public static TheoryData<string, string, string, string, string> Firing => new()
    {
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 0)]", "ATTN005 Error", "Window = 0", "leave it out for 64" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = int.MinValue)]", "ATTN005 Error", "Window = int.MinValue", "Window = -2147483648" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 64)]", "ATTN006 Warning", "Window = 64", "keeps 65 keys, not 64: 32 to each side and the query's own; write Window = 65" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 63, MaxLength = 32)]", "ATTN007 Warning", "Window = 63", "reaches 31 keys to each side, and sequences hold at most 32: it hides nothing" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 3, GlobalTokens = 32, MaxLength = 32)]", "ATTN007 Warning", "GlobalTokens = 32", "32 global tokens are all" },
        { "K", $"[Attention(\"localglobal\", {Shape}, MaxLength = 33)]", "ATTN007 Warning", "\"localglobal\"", "reaches 32 keys" },
        { "K", $"[Attention(\"block\", {Shape}, MaxLength = 64)]", "ATTN007 Warning", "\"block\"", "sees 1 blocks of 64, and sequences hold at most 64 positions in 1" },
        { "K", $"[Attention(\"block\", {Shape}, BlockSize = 10, Neighbours = 2, MaxLength = 30)]", "ATTN007 Warning", "BlockSize = 10", "5 blocks of 10" },
        { "L", "[Attention(\"block\", DModel = 512, Heads = 8, BlockSize = 300, MaxLength = 256)]", "ATTN007 Warning", "BlockSize = 300", "smaller blocks" },
        { "K", $"[Attention(\"strided\", {Shape}, Stride = 1)]", "ATTN007 Warning", "Stride = 1", "keeps every key: it hides nothing" },
        { "K", $"[Attention(\"strided\", {Shape}, Local = 31, MaxLength = 32)]", "ATTN007 Warning", "Local = 31", "reaches every key of at most 32" },
        { "K", $"[Attention(\"kvstrided\", {Shape}, Stride = 1)]", "ATTN007 Warning", "Stride = 1", "a greater stride" },
        { "K", $"[Attention(\"landmark\", {Shape}, Landmarks = 128, MaxLength = 128)]", "ATTN007 Warning", "Landmarks = 128", "all of the at most 128 keys" },
        { "K", $"[Attention(\"landmark\", {Shape}, MaxLength = 9, MaxKeyLength = 64)]", "ATTN007 Warning", "\"landmark\"", "64 landmarks" },
        { "L", "[Attention(DModel = 512, Heads = 8)]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"learned\")]", "ATTN017 Error", "PositionalEncoding", "'rope' and the table of 'learned' both tell positions" },
        { "L", "[Attention(DModel = 512, Heads = 8)]\n[PositionalEncoding(\"learned\", Combined = false)]\n[PositionalEncoding(\"xpos\")]", "ATTN017 Error", "PositionalEncoding", "Combined = true on 'learned'" },
        { "K", $"[Attention(\"causal\", {Shape})]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"alibi\")]", "ATTN017 Warning", "PositionalEncoding", "the penalties of 'alibi'" },
        { "K", $"[Attention(\"performer\", {Shape}, Causal = false)]\n[Model(Causal = true)]", "ATTN028 Error", "Causal = false", "the class's [Model] says that the model is causal" },
        { "L", "[Attention(\"linear\", DModel = 512, Heads = 8, Causal = false)]\n[Model(Causal = true)]", "ATTN028 Error", "Causal = false", "'linear' attention that is not causal sums over all keys" },
        { "K", $"[Attention(\"landmark\", {Shape})]\n[Model(Causal = true)]", "ATTN028 Error", "Causal = true", "'landmark' attention can't be causal" },
        { "L", "[Attention(DModel = 256)]\n[Model(DModel = 512, Heads = 8)]", "ATTN082 Warning", "DModel = 256", "'Host' takes and gives 256 features, but the class's [Model] has DModel = 512" },
        { "K", $"[Attention({Shape}, MaxLength = 257)]\n[Model(MaxLength = 256)]", "ATTN083 Warning", "MaxLength = 257", "up to 257 positions, but the class's [Model] holds at most 256" },
    };

    /// <summary>Declarations at the edge of a rule, on its silent side.</summary>
    public static TheoryData<string, string> Silent => new()
    {
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 1, GlobalTokens = 31, MaxLength = 32)]" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 63, MaxLength = 33)]" },
        { "K", $"[Attention(\"localglobal\", {Shape}, Window = 65, Fusion = FusionMode.Average, MaxLength = 9)]" },
        { "K", $"[Attention(\"localglobal\", {Shape}, MaxLength = 34)]" },
        { "K", $"[Attention(\"block\", {Shape}, MaxLength = 65)]" },
        { "K", $"[Attention(\"block\", {Shape}, BlockSize = 10, Neighbours = 2, MaxLength = 31)]" },
        { "K", $"[Attention(\"strided\", {Shape}, Local = 30, MaxLength = 32)]" },
        { "K", $"[Attention(\"strided\", {Shape}, Local = 31, Stride = 2)]" },
        { "K", $"[Attention(\"kvstrided\", {Shape}, Stride = 2, MaxLength = 2)]" },
        { "K", $"[Attention(\"landmark\", {Shape}, MaxLength = 64, MaxKeyLength = 65)]" },
        { "L", "[Attention(DModel = 512, Heads = 8)]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"learned\", Combined = true)]" },
        { "L", "[Attention(DModel = 512, Heads = 8)]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"sinusoidal\")]" },
        { "K", $"[Attention(\"causal\", {Shape})]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"alibi\", Combined = true)]" },
        { "K", $"[Attention(\"performer\", {Shape})]\n[Model(Causal = true)]" },
        { "K", $"[Attention(\"performer\", {Shape}, Causal = false)]\n[Model(Causal = false)]" },
        { "K", $"[Attention(\"performer\", {Shape}, Causal = false, Cross = true)]\n[Model(Causal = true)]" },
        { "L", "[Attention(DModel = 512, Heads = 8, Cross = true)]\n[Model(Causal = true)]" },
        { "L", "[Attention(DModel = 512, Heads = 8, Causal = false)]\n[Model(Causal = true)]" },
        { "L", "[Attention(DModel = 512, MaxLength = 256)]\n[Model(DModel = 512, Heads = 8, MaxLength = 256)]" },
        { "K", "[Attention(DModel = 256)]\n[Model(DModel = 512, Heads = 8)]" },
        { "L", "[Attention(MaxLength = 100)]\n[Model(DModel = 512, Heads = 8, MaxLength = 0)]" },
    };

    [Theory]
    [MemberData(nameof(Firing))]
    public async Task Fires_at_its_argument(string host, string attributes, string rule, string underlined, string says)
    {
        Diagnostic fault = Assert.Single(await Lab.FaultsAsync(Source(host, attributes)));
        Assert.Equal((rule, underlined), ($"{fault.Id} {fault.Severity}", Lab.Underlined(fault)));
        Assert.Contains(says, fault.GetMessage(), StringComparison.Ordinal);

        // A mild case is no reason to write nothing.
        Assert.Equal(fault.Severity == DiagnosticSeverity.Error ? 1 : 2, Lab.Generate(Lab.Compile(Source(host, attributes))).Count);
    }

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task Stays_silent(string host, string attributes)
    {
        Assert.Empty(Lab.Compile(Source(host, attributes)).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.Equal(["ATTN048"], (await Lab.AnalyzeAsync(Lab.Compile(Source(host, attributes)))).Select(diagnostic => diagnostic.Id));
    }

    // The assembly's model stands in another file, and is shared by hosts that agree with it and hosts that do not.
    [Theory]
    [InlineData("[Attention]", null)]
    [InlineData("[Attention(\"performer\")]", null)]
    [InlineData("[Attention(\"localglobal\")]", "ATTN028 Attention")]
    [InlineData("[Attention(\"performer\", Causal = false)]", "ATTN028 Causal = false")]
    [InlineData("[Attention(\"performer\", Causal = false), Model(Causal = false)]", null)]
    [InlineData("[Attention(DModel = 256)]", "ATTN082 DModel = 256")]
    [InlineData("[Attention, Model(DModel = 256)]", null)]
    [InlineData("[Attention(MaxLength = 500)]", "ATTN083 MaxLength = 500")]
    [InlineData("[Attention(Cross = true)]", null)]
    public async Task The_assembly_is_a_model(string attributes, string? expected)
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync("using AttentionGen;\n" + Causal, Declare.Layer(attributes), Declare.Layer("[Attention(\"causal\")]").Replace("Host", "Other", StringComparison.Ordinal));

        Assert.Equal(expected is null ? [] : [expected], faults.Select(fault => $"{fault.Id} {Lab.Underlined(fault)}"));
        Assert.All(faults, fault => Assert.Equal("Source1.cs", fault.Location.SourceTree!.FilePath));
    }

    [Theory]
    [InlineData("\"standard\", MaxLength = 513", "263169 pairs for 513 positions, 0.539 GFLOP; Attention(\"local\", WindowLeft = 64, WindowRight = 64) would take 0.127 GFLOP, 76% less")]
    [InlineData("\"causal\", MaxLength = 2048", "2098176 pairs for 2048 positions, 4.297 GFLOP; Attention(\"local\", WindowLeft = 128, Causal = true) would take 0.5242 GFLOP, 88% less")]
    [InlineData("\"standard\", MaxLength = 4096", "would take 1.074 GFLOP, 97% less; Attention(\"strided\") would take 0.5616 GFLOP, 98% less; Attention(\"linear\") would take 0.3355 GFLOP, 99% less")]
    [InlineData("\"t5\", MaxLength = 4096", "Attention(\"strided\") would take 0.5616 GFLOP, 98% less")]
    [InlineData("\"standard\", MaxLength = 512", null)]
    [InlineData("\"standard\", MaxLength = 513, MaxKeyLength = 5", null)]
    [InlineData("\"standard\"", null)]
    [InlineData("\"local\", MaxLength = 5000, Window = 127", null)]
    [InlineData("\"linear\", MaxLength = 5000", null)]
    public async Task Advises_what_is_cheaper(string arguments, string? says)
    {
        ImmutableArray<Diagnostic> all = await Lab.AnalyzeAsync(Lab.Compile(Declare.Kernel($"[Attention({arguments}, {Shape}, KvHeads = 2)]")));
        Diagnostic? advice = all.SingleOrDefault(diagnostic => diagnostic.Id == "ATTN084");

        Assert.Equal(says is null, advice is null);
        if (advice is not null)
        {
            Assert.Equal(DiagnosticSeverity.Info, advice.Severity);
            Assert.StartsWith("MaxLength = ", Lab.Underlined(advice), StringComparison.Ordinal);
            Assert.Contains(says!, advice.GetMessage(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Several_fire_on_one_declaration()
    {
        ImmutableArray<Diagnostic> faults = await Lab.FaultsAsync(
            Declare.Layer("[Attention(\"block\", DModel = 256, BlockSize = 600, MaxLength = 600)]\n[PositionalEncoding(\"rope\")]\n[PositionalEncoding(\"learned\")]\n[Model(DModel = 512, Heads = 8, MaxLength = 512)]"));
        Assert.Equal(["ATTN082", "ATTN007", "ATTN083", "ATTN015", "ATTN017"], faults.Select(fault => fault.Id));
    }

    private static string Source(string host, string attributes) => host == "K" ? Declare.Kernel(attributes) : Declare.Layer(attributes);
}
