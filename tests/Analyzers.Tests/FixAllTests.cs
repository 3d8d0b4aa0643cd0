using System.Collections.Immutable;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace AttentionGen.Analyzers.Tests;

/// <summary>One choice for a document, a project or a solution mends every diagnostic of its rule there, and nothing else. Results are compiled, with what is generated for them, and run.</summary>
public class FixAllTests
{
    private const string Using = "using AttentionGen;\n";

    /// <summary>Rule, choice, and three hosts (named A, B, C) that each break it; what must be written after.</summary>
    public static TheoryData<string, int, string, string> Rules => new()
    {
        { "ATTN001", 0, "[Attention(DModel = 512, Heads = 7)] static partial class {0};", "Heads = 8" },
        { "ATTN002", 0, "[Attention(Heads = 8, HeadDim = 64, KvHeads = 3)] partial class {0};", "KvHeads = 2" },
        { "ATTN003", 1, "[Attention(Heads = 8, HeadDim = 63), PositionalEncoding(\"rope\")] static partial class {0};", "RotaryDim = 62" },
        { "ATTN005", 0, "[Attention(\"local\", Heads = 8, HeadDim = 64, WindowLeft = -1, WindowRight = -5)] static partial class {0};", "WindowLeft = 0, WindowRight = 0" },
        { "ATTN006", 1, "[Attention(\"localglobal\", Heads = 8, HeadDim = 64, Window = 64)] static partial class {0};", "Window = 63" },
        { "ATTN007", 0, "[Attention(\"strided\", Heads = 8, HeadDim = 64, Stride = 1, Local = 3)] static partial class {0};", "[Attention(\"standard\", Heads = 8, HeadDim = 64)]" },
        { "ATTN008", 1, "[Attention(\"causal\", Heads = 8, HeadDim = 64, Cross = true)] static partial class {0};", "CausalAlignment = CausalAlignment.TopLeft" },
        { "ATTN017", 2, "[Attention(Heads = 8, DModel = 512), PositionalEncoding(\"rope\")] [PositionalEncoding(\"learned\")] partial class {0};", "[PositionalEncoding(\"learned\", Combined = true)]" },
        { "ATTN028", 0, "[Attention(\"landmark\", Causal = true, Heads = 8, HeadDim = 64)] static partial class {0};", "[Attention(\"landmark\", Heads = 8, HeadDim = 64)]" },
        { "ATTN030", 0, "[Attention(Heads = 8, HeadDim = 64, Dropout = 0.5)] static partial class {0};", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN045", 0, "[Attention(\"locla\", WindowLeft = 3, Heads = 8, HeadDim = 64)] static partial class {0};", "\"local\"" },
        { "ATTN046", 0, "[Attention(Stride = 3, Heads = 8, Window = 9, HeadDim = 64, Landmarks = 3)] static partial class {0};", "[Attention(Heads = 8, HeadDim = 64)]" },
        { "ATTN047", 0, "[Attention(Heads = 8, HeadDim = 64)] static class {0} {{ }}", "static partial class" },
        { "ATTN051", 0, "[Attention] static partial class {0};", "DModel = 512, Heads = 8" },
        { "ATTN055", 0, "[Attention(Heads = 8, HeadDim = 64)] [PositionalEncoding(\"rope\"), PositionalEncoding(\"rope\")] [PositionalEncoding(\"rope\"), PositionalEncoding(\"rotary\")] static partial class {0};", "[PositionalEncoding(\"rope\")]" },
        { "ATTN082", 0, "[Attention(DModel = 128), Model(DModel = 512, Heads = 8)] partial class {0};", "[Attention, Model" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Mends_a_document_a_project_or_a_solution(string id, int choice, string host, string after)
    {
        // Two hosts in one type, one in a file of its own, and one in another project.
        string nested = $"partial class Outer {{ {Host(host, "A")} {Host(host, "B")} }}";
        foreach (FixAllScope scope in new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution })
        {
            Project first = FixLab.Project(Using + nested, Using + Host(host, "C"));
            Project second = FixLab.Beside(first, Using + Host(host, "D"));
            first = second.Solution.GetProject(first.Id)!;
            int perHost = (await FixLab.FaultsAsync(second)).Count(fault => fault.Id == id);
            Assert.True(perHost > 0, $"{id} does not fire.");

            Project mended = await FixLab.ApplyToAllAsync(first, id, $"{id}.{choice}", scope);

            Project other = mended.Solution.GetProject(second.Id)!;
            (int here, int there) = scope switch { FixAllScope.Document => (perHost, perHost), FixAllScope.Project => (0, perHost), _ => (0, 0) };
            Assert.Equal((here, there), ((await FixLab.FaultsAsync(mended)).Count(fault => fault.Id == id), (await FixLab.FaultsAsync(other)).Count(fault => fault.Id == id)));
            Assert.Equal(2, (await FixLab.TextAsync(mended)).Split(after).Length - 1);
            await AssertCompiles(scope == FixAllScope.Document ? mended.RemoveDocument(mended.Documents.Last().Id) : mended);
            if (scope == FixAllScope.Solution)
            {
                await MendedHosts.AssertAllRun(mended, isLayer: !host.Contains("static", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task A_class_in_a_class_that_is_not_partial_gets_both()
    {
        Project project = FixLab.Project(Using + "class Outer { struct Middle { [Attention(Heads = 8, HeadDim = 64)] static class A { } [Attention(Heads = 8, HeadDim = 64)] static class B { } } }");
        Project mended = await FixLab.ApplyToAllAsync(project, "ATTN047", "ATTN047.0", FixAllScope.Document);
        Assert.Empty(await FixLab.FaultsAsync(mended));
        await AssertCompiles(mended);
    }

    [Theory]
    [InlineData("[assembly: Model(DModel = 512, Heads = 8, MaxLength = -5)]", "ATTN056")]
    [InlineData("[assembly: Model(DModel = 512, Heads = 8, Causal = true)]", "ATTN028")]
    public async Task No_fix_takes_the_whole_declaration_away(string model, string id)
    {
        Project project = FixLab.Project(Using + model, Using + "[Attention(\"landmark\")] static partial class Host;\n");
        Diagnostic fault = Assert.Single(await FixLab.FaultsAsync(project));
        Assert.Equal(id, fault.Id);
        foreach (CodeAction action in await FixLab.OfferedAsync(project, fault))
        {
            Project mended = await FixLab.ApplyAsync(project, action);
            Assert.Contains("[Attention(\"landmark\", Causal = false)]", await FixLab.TextAsync(mended, document: 1), StringComparison.Ordinal);
            Assert.Empty(await FixLab.FaultsAsync(mended));
        }
    }

    [Fact]
    public async Task The_layout_of_imported_weights_is_written_where_the_layer_is_declared()
    {
        Project project = FixLab.Project(
            Using + "[Attention(Heads = 8, DModel = 512)]\n[PositionalEncoding(\"none\")]\n[PositionalEncoding(\"rope\", Base = 500)]\npublic partial class Layer { public AttentionWeights Weights2 => null!; }\n",
            "class Caller { void Call(Layer layer, System.IO.Stream file) => layer.Weights.Load(file); }");
        Diagnostic fault = (await FixLab.FaultsAsync(project)).Single(fault => fault.Id == "ATTN024");

        List<CodeAction> offered = await FixLab.OfferedAsync(project, fault);
        Assert.Equal(["Add Layout = RotaryLayout.Half", "Add Layout = RotaryLayout.Interleaved"], offered.Select(action => action.Title));
        Project mended = await FixLab.ApplyAsync(project, offered[1]);

        Assert.Contains("[PositionalEncoding(\"rope\", Base = 500, Layout = RotaryLayout.Interleaved)]", await FixLab.TextAsync(mended), StringComparison.Ordinal);
        Assert.DoesNotContain(await FixLab.FaultsAsync(mended), other => other.Id == "ATTN024");
        await AssertCompiles(mended);
    }

    private static string Host(string host, string name) => string.Format(System.Globalization.CultureInfo.InvariantCulture, host, name);

    private static async Task AssertCompiles(Project project)
    {
        Lab.Driver().RunGeneratorsAndUpdateCompilation((await project.GetCompilationAsync())!, out Compilation complete, out ImmutableArray<Diagnostic> _);
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
    }
}
