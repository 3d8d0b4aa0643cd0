using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Every fix is applied and its result compiled and judged again.</summary>
public class FixTests
{
    /// <summary>Id, attributes before, which fix, its title, and the attributes after.</summary>
    public static TheoryData<string, string, int, string, string> Fixes => new()
    {
        { "ATTN001", "[Attention(DModel = 512, Heads = 7)]", 0, "Set Heads = 8", "[Attention(DModel = 512, Heads = 8)]" },
        { "ATTN001", "[Attention(DModel = 512, Heads = 7)]", 1, "Set DModel = 511", "[Attention(DModel = 511, Heads = 7)]" },
        { "ATTN001", "[Attention, Model(DModel = 512, Heads = 7)]", 0, "Set Heads = 8", "[Attention, Model(DModel = 512, Heads = 8)]" },
        { "ATTN002", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 3)]", 0, "Set KvHeads = 2", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 2)]" },
        { "ATTN002", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 3)]", 1, "Set KvHeads = 4", "[Attention(Heads = 8, HeadDim = 64, KvHeads = 4)]" },
        { "ATTN003", "[Attention(Heads = 8, HeadDim = 63)]\n[PositionalEncoding(\"rope\")]", 0, "Set HeadDim = 64", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\")]" },
        { "ATTN003", "[Attention(Heads = 8, HeadDim = 63)]\n[PositionalEncoding(\"rope\")]", 1, "Rotate 62 features of each head", "[Attention(Heads = 8, HeadDim = 63)]\n[PositionalEncoding(\"rope\", RotaryDim = 62)]" },
        { "ATTN004", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = 99)]", 0, "Set RotaryDim = 64", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\", RotaryDim = 64)]" },
        { "ATTN005", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = -1)]", 0, "Set WindowLeft = 0", "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = 0)]" },
        { "ATTN006", "[Attention(Type = \"local\", Window = 128, Heads = 8, HeadDim = 64)]", 0, "Write the bounds: WindowLeft = 64, WindowRight = 64", "[Attention(Type = \"local\", Heads = 8, HeadDim = 64, WindowLeft = 64, WindowRight = 64)]" },
        { "ATTN006", "[Attention(\"local\", Causal = true, Heads = 8, HeadDim = 64, Window = 128)]", 0, "Write the bounds: WindowLeft = 64, WindowRight = 0", "[Attention(\"local\", Causal = true, Heads = 8, HeadDim = 64, WindowLeft = 64, WindowRight = 0)]" },
        { "ATTN006", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 128)]", 1, "Set Window = 127", "[Attention(\"local\", Heads = 8, HeadDim = 64, Window = 127)]" },
        { "ATTN007", "[Attention(\"local\", Window = 257, Heads = 8, HeadDim = 64, MaxLength = 129)]", 0, "Change to full attention", "[Attention(\"standard\", Heads = 8, HeadDim = 64, MaxLength = 129)]" },
        { "ATTN007", "[Attention(Type = \"local\", Window = 129, Heads = 8, HeadDim = 64, MaxLength = 129)]", 0, "Change to full attention (every pair visible)", "[Attention(Type = \"standard\", Heads = 8, HeadDim = 64, MaxLength = 129)]" },
        { "ATTN008", "[Attention(\"causal\", Heads = 8, HeadDim = 64, Cross = true)]", 0, "Add CausalAlignment.BottomRight", "[Attention(\"causal\", Heads = 8, HeadDim = 64, Cross = true, CausalAlignment = CausalAlignment.BottomRight)]" },
        { "ATTN009", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 9, MaxKeyLength = 7, CausalAlignment = CausalAlignment.BottomRight)]", 0, "Use CausalAlignment.TopLeft", "[Attention(\"causal\", Heads = 8, HeadDim = 64, MaxLength = 9, MaxKeyLength = 7, CausalAlignment = CausalAlignment.TopLeft)]" },
        { "ATTN015", "[Attention(Heads = 8, HeadDim = 64, MaxLength = 6000)]\n[PositionalEncoding(\"sinusoidal\")]", 0, "Set the table's MaxLength = 6000", "[Attention(Heads = 8, HeadDim = 64, MaxLength = 6000)]\n[PositionalEncoding(\"sinusoidal\", MaxLength = 6000)]" },
        { "ATTN019", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"alibi\")]", 0, "Set Causal = true", "[Attention(Heads = 8, HeadDim = 64, Causal = true)]\n[PositionalEncoding(\"alibi\")]" },
        { "ATTN029", "[Attention(Heads = 8, Temperature = 0, HeadDim = 64)]", 0, "Remove Temperature", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN045", "[Attention(Type = \"locla\", Heads = 8, HeadDim = 64)]", 0, "Change to 'local'", "[Attention(Type = \"local\", Heads = 8, HeadDim = 64)]" },
        { "ATTN045", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"ali\")]", 0, "Change to 'alibi'", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"alibi\")]" },
        { "ATTN046", "[Attention(Window = 3, Heads = 8, HeadDim = 64)]", 0, "Remove Window", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN046", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"learned\")]", 0, "Remove 'learned'", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN051", "[Attention]", 0, "Insert DModel = 512, Heads = 8", "[Attention(DModel = 512, Heads = 8)]" },
        { "ATTN051", "[Attention(Type = \"local\")]", 0, "Insert DModel = 512, Heads = 8", "[Attention(Type = \"local\", DModel = 512, Heads = 8)]" },
        { "ATTN051", "[Attention(DModel = 768)]", 0, "Insert Heads = 12", "[Attention(DModel = 768, Heads = 12)]" },
        { "ATTN051", "[Attention(Heads = 4)]", 0, "Insert DModel = 256", "[Attention(Heads = 4, DModel = 256)]" },
        { "ATTN055", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\"), PositionalEncoding(\"rotary\")]", 0, "Remove this 'rope'", "[Attention(Heads = 8, HeadDim = 64)]\n[PositionalEncoding(\"rope\")]" },
        { "ATTN056", "[Attention(Heads = 8, HeadDim = 64, MaxLength = -5)]", 0, "Remove MaxLength", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN057", "[Attention(Heads = 8, HeadDim = 64, Scale = -1)]", 0, "Remove Scale", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN058", "[Attention(\"causal\", Heads = 2, HeadDim = 64)]\n[PositionalEncoding(\"alibi\", Slopes = new[] { 1f })]", 0, "Remove Slopes", "[Attention(\"causal\", Heads = 2, HeadDim = 64)]\n[PositionalEncoding(\"alibi\")]" },
    };

    [Theory]
    [MemberData(nameof(Fixes))]
    public async Task Mends_the_declaration(string id, string before, int choice, string title, string after)
    {
        Project project = FixLab.Project(Declare.Kernel(before));
        Diagnostic fault = (await FixLab.FaultsAsync(project)).First(fault => fault.Id == id);

        CodeAction action = (await FixLab.OfferedAsync(project, fault))[choice];
        Project mended = await FixLab.ApplyAsync(project, action);

        Assert.Equal(title, action.Title);
        Assert.Equal(Declare.Kernel(after), await FixLab.TextAsync(mended));
        await AssertMended(mended, id);
        await MendedHosts.AssertRuns(mended, "Host");
    }

    [Theory]
    [InlineData("static class Host;", "static partial class Host;")]
    [InlineData("/* why */ class Host { }", "/* why */ partial class Host { }")]
    [InlineData("class Outer { public struct Middle { static class Host; } }", "partial class Outer { public partial struct Middle { static partial class Host; } }")]
    public async Task Adds_partial_to_the_host_and_the_types_around_it(string before, string after)
    {
        const string attribute = "[AttentionGen.Attention(Heads = 8, HeadDim = 64)] ";
        Project project = FixLab.Project(Attribute(before));
        Diagnostic fault = Assert.Single(await FixLab.FaultsAsync(project));

        Project mended = await FixLab.ApplyAsync(project, Assert.Single(await FixLab.OfferedAsync(project, fault)));

        Assert.Equal(Attribute(after), await FixLab.TextAsync(mended));
        await AssertMended(mended, "ATTN047");

        static string Attribute(string declaration)
        {
            int host = Math.Max(declaration.IndexOf("static", StringComparison.Ordinal), 0);
            return declaration.Insert(host, attribute);
        }
    }

    [Theory]
    [InlineData("bool[]", "Full.Forward(x, x, x, y, 1, n, n, mask)", 0, "Full.Forward(x, x, x, y, 1, n, n, new AttentionArguments { Keep = new KeepMask(mask, queryLength: n, keyLength: n) })")]
    [InlineData("Span<bool>", "Full.Forward(x, x, x, y, 1, n, n, arguments: mask)", 1, "Full.Forward(x, x, x, y, 1, n, n, arguments: new AttentionArguments { Drop = new DropMask(mask, queryLength: n, keyLength: n) })")]
    [InlineData("bool[,]", "_ = new AttentionArguments { Keep = mask }", 0, "_ = new AttentionArguments { Keep = new KeepMask(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref mask[0, 0], mask.Length), queryLength: mask.GetLength(0), keyLength: mask.GetLength(1)) }")]
    [InlineData("bool[]", "_ = new AttentionArguments { Keep = mask }", 1, "_ = new AttentionArguments { Drop = new DropMask(mask, queryLength: 1, keyLength: mask.Length) }")]
    [InlineData("bool[]", "Full.Forward(x, x, x, y, 1, n, n + 1, new AttentionArguments { Drop = mask })", 1, "Full.Forward(x, x, x, y, 1, n, n + 1, new AttentionArguments { Drop = new DropMask(mask, queryLength: n, keyLength: n + 1) })")]
    public async Task Wraps_a_bare_mask(string type, string before, int choice, string after)
    {
        Project project = FixLab.Project(MaskRuleTests.Hosts + MaskRuleTests.Call(type, before));
        Diagnostic fault = Assert.Single(await FixLab.FaultsAsync(project));
        Assert.Equal("ATTN010", fault.Id);

        Project mended = await FixLab.ApplyAsync(project, (await FixLab.OfferedAsync(project, fault))[choice]);

        Assert.Equal(MaskRuleTests.Hosts + MaskRuleTests.Call(type, after), await FixLab.TextAsync(mended));
        await AssertMended(mended, "ATTN010");
    }

    [Fact]
    public async Task A_fix_reaches_the_part_that_carries_the_attribute()
    {
        Project project = FixLab.Project(
            "using AttentionGen;\n[Attention(Heads = 8, HeadDim = 64)]\npublic static partial class Host;\n",
            "using AttentionGen;\n[PositionalEncoding(\"alibi\")]\npublic static partial class Host;\n");
        Diagnostic fault = Assert.Single(await FixLab.FaultsAsync(project));
        Assert.Equal("Source1.cs", fault.Location.SourceTree!.FilePath);

        Project mended = await FixLab.ApplyAsync(project, Assert.Single(await FixLab.OfferedAsync(project, fault)));

        Assert.Contains("Causal = true", await FixLab.TextAsync(mended, document: 0), StringComparison.Ordinal);
        Assert.Empty(await FixLab.FaultsAsync(mended));
    }

    [Fact]
    public async Task One_choice_mends_a_whole_project()
    {
        Project project = FixLab.Project(
            "using AttentionGen;\n[Attention(DModel = 512, Heads = 7)] static partial class A;\n[Attention(DModel = 768, Heads = 13)] static partial class B;\n",
            "using AttentionGen;\n[Attention(DModel = 100, Heads = 3)] static partial class C;\n");
        Assert.Equal(3, (await FixLab.FaultsAsync(project)).Length);

        Project mended = await FixLab.ApplyToAllAsync(project, "ATTN001", "ATTN001.0");

        Assert.Empty(await FixLab.FaultsAsync(mended));
        Assert.Contains("DModel = 768, Heads = 12", await FixLab.TextAsync(mended), StringComparison.Ordinal);
    }

    private static async Task AssertMended(Project project, string id)
    {
        Compilation compilation = (await project.GetCompilationAsync())!;
        ImmutableArray<Diagnostic> errors = [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        Assert.Empty(errors);
        Assert.DoesNotContain(await FixLab.FaultsAsync(project), fault => fault.Id == id);
    }
}
