using System.Collections.Immutable;
using AttentionGen.Analyzers;
using AttentionGen.CodeFixes;
using AttentionGen.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace AttentionGen.Analyzers.Tests;

/// <summary>Applies code fixes in a small workspace.</summary>
internal static class FixLab
{
    private static readonly ImmutableArray<CodeFixProvider> Providers = [new RemedyCodeFix(), new PartialCodeFix(), new MaskCodeFix()];

    /// <summary>A project of the given sources.</summary>
    public static Project Project(params string[] sources)
    {
        var workspace = new AdhocWorkspace();
        Project project = workspace.AddProject("Test", LanguageNames.CSharp)
            .WithCompilationOptions(Lab.Options())
            .WithParseOptions(Lab.Parse)
            .WithMetadataReferences(Lab.References);
        for (int i = 0; i < sources.Length; i++)
        {
            string name = $"Source{i}.cs";
            project = project.AddDocument(name, SourceText.From(sources[i]), filePath: name).Project;
        }

        return project;
    }

    public static async Task<ImmutableArray<Diagnostic>> FaultsAsync(Project project) =>
        [.. (await Lab.AnalyzeAsync((await project.GetCompilationAsync())!)).Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Info)];

    /// <summary>The fixes offered for a diagnostic, in the order of the light bulb.</summary>
    public static async Task<List<CodeAction>> OfferedAsync(Project project, Diagnostic diagnostic)
    {
        var actions = new List<CodeAction>();
        Document document = project.GetDocument(diagnostic.Location.SourceTree)!;
        foreach (CodeFixProvider provider in Providers.Where(provider => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            var context = new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None);
            await provider.RegisterCodeFixesAsync(context);
        }

        return actions;
    }

    /// <summary>The project after a fix.</summary>
    public static async Task<Project> ApplyAsync(Project project, CodeAction action)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetProject(project.Id)!;
    }

    /// <summary>A second project beside the first, in the same solution.</summary>
    public static Project Beside(Project first, params string[] sources)
    {
        Project second = first.Solution.AddProject("Second", "Second", LanguageNames.CSharp)
            .WithCompilationOptions(Lab.Options())
            .WithParseOptions(Lab.Parse)
            .WithMetadataReferences(Lab.References);
        for (int i = 0; i < sources.Length; i++)
        {
            second = second.AddDocument($"Second{i}.cs", SourceText.From(sources[i]), filePath: $"Second{i}.cs").Project;
        }

        return second;
    }

    /// <summary>Applies one choice to every diagnostic of that id in a scope around the project's first document.</summary>
    public static async Task<Project> ApplyToAllAsync(Project project, string id, string equivalenceKey, FixAllScope scope = FixAllScope.Project)
    {
        CodeFixProvider provider = Providers.First(provider => provider.FixableDiagnosticIds.Contains(id) && provider is PartialCodeFix == (id == "ATTN047"));
        var context = new FixAllContext(project.Documents.First(), provider, scope, equivalenceKey, [id], new Known(id), CancellationToken.None);
        CodeAction all = (await provider.GetFixAllProvider()!.GetFixAsync(context))!;
        return await ApplyAsync(project, all);
    }

    public static async Task<string> TextAsync(Project project, int document = 0) =>
        (await project.Documents.ElementAt(document).GetTextAsync()).ToString();

    private sealed class Known(string id) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            (await FaultsAsync(project)).Where(fault => fault.Id == id);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            (await GetAllDiagnosticsAsync(document.Project, cancellationToken)).Where(fault => document.Project.GetDocument(fault.Location.SourceTree)?.Id == document.Id);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
