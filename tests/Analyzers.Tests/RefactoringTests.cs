using System.Collections.Immutable;
using AttentionGen.CodeFixes;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.Text;

namespace AttentionGen.Analyzers.Tests;

/// <summary>The inserted declaration is complete: it compiles with what is generated for it, and no rule has a word to say.</summary>
public class RefactoringTests
{
    private const string Kernel = "[Attention(AttentionTypes.Causal, Heads = 8, HeadDim = 64)]\n[PositionalEncoding(PositionalEncodings.Rope)]\n";
    private const string Layer = "[Attention(AttentionTypes.Causal, Heads = 8, DModel = 512)]\n[PositionalEncoding(PositionalEncodings.Rope)]\n";

    /// <summary>A source with the caret at <c>|</c>, which offer, its title, and what the source must then contain.</summary>
    public static TheoryData<string, int, string, string> Offered => new()
    {
        { "using AttentionGen;\n\npublic static class |Fast\n{\n}\n", 0, "Make 'Fast' an attention kernel", "using AttentionGen;\n\n" + Kernel + "public static partial class Fast\n{\n}\n" },
        { "using AttentionGen;\n\n/// <summary>Why.</summary>\n|public partial class Fast\n{\n}\n", 0, "Make 'Fast' an attention layer", "/// <summary>Why.</summary>\n" + Layer + "public partial class Fast\n{\n}\n" },
        { "using AttentionGen;\n\n[System.Obsolete]\nclass |Fast\n{\n}\n", 0, "Make 'Fast' an attention layer", Layer + "[System.Obsolete]\npartial class Fast" },
        { "public class Outer\n{\n    internal static class |Inner\n    {\n    }\n}\n", 0, "Make 'Inner' an attention kernel", "public partial class Outer\n{\n    [AttentionGen.Attention(AttentionGen.AttentionTypes.Causal, Heads = 8, HeadDim = 64)]\n" },
        { "using AttentionGen;\n[assembly: Model(DModel = 512, Heads = 8)]\n\nstatic class |Fast\n{\n}\n", 0, "Make 'Fast' an attention kernel", "[Attention(AttentionTypes.Causal)]\n" },
        { "using AttentionGen;\n\nnamespace Here;\n\n|\n", 0, "Insert an attention kernel", "namespace Here;\n\n" + Kernel + "public static partial class NewAttention\n{\n}" },
        { "using AttentionGen;\n\nnamespace Here;\n\npublic class NewAttention;\n|\n", 1, "Insert an attention layer", Layer + "public partial class NewAttention2\n{\n}" },
        { "using AttentionGen;\n|", 1, "Insert an attention layer", Layer + "public partial class NewAttention\n{\n}" },
    };

    [Theory]
    [MemberData(nameof(Offered))]
    public async Task Writes_a_valid_declaration(string source, int choice, string title, string expected)
    {
        (Project project, List<CodeAction> actions) = await OfferAsync(source);
        Assert.Equal(title, actions[choice].Title);

        Project changed = await FixLab.ApplyAsync(project, actions[choice]);
        string text = (await FixLab.TextAsync(changed)).ReplaceLineEndings("\n");
        Assert.Contains(expected, text, StringComparison.Ordinal);

        Lab.Driver().RunGeneratorsAndUpdateCompilation((await changed.GetCompilationAsync())!, out Compilation complete, out ImmutableArray<Diagnostic> _);
        Assert.Equal(3, complete.SyntaxTrees.Count());
        Assert.Empty(complete.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Error));
        Assert.Equal(["ATTN048"], (await Lab.AnalyzeAsync(complete)).Select(diagnostic => diagnostic.Id));
    }

    [Theory]
    [InlineData("using AttentionGen;\n[Attention(Heads = 8, HeadDim = 64)] public static partial class |Host;")]
    [InlineData("public class |Generic<T> { }")]
    [InlineData("public record |Record(int Size);")]
    [InlineData("public static class |Taken { public static int Forward; }")]
    [InlineData("public class |Taken { public Taken(string name) { } }")]
    [InlineData("public class |Primary(int size) { public int Size => size; }")]
    [InlineData("public class Host { public void Method() { | } }")]
    [InlineData("public enum |Kind { A }")]
    public async Task Is_not_offered_where_it_would_be_wrong(string source) => Assert.Empty((await OfferAsync(source)).Actions);

    private static async Task<(Project Project, List<CodeAction> Actions)> OfferAsync(string source)
    {
        int caret = source.IndexOf('|', StringComparison.Ordinal);
        Project project = FixLab.Project(source.Remove(caret, 1));
        List<CodeAction> actions = [];
        var context = new CodeRefactoringContext(project.Documents.Single(), new TextSpan(caret, 0), actions.Add, CancellationToken.None);
        await new DeclarationRefactoring().ComputeRefactoringsAsync(context);
        return (project, actions);
    }
}
