using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using AttentionGen.Generator.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace AttentionGen.CodeFixes;

/// <summary>
/// Applies the same choice to every diagnostic of a document, a project or a solution in one edit. Fixing each by itself and merging the texts loses
/// some where several stand in one attribute.
/// </summary>
internal sealed class RemedyFixAll : FixAllProvider
{
    /// <inheritdoc/>
    public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => [FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution];

    /// <inheritdoc/>
    public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
    {
        int choice = int.Parse(fixAllContext.CodeActionEquivalenceKey!.Substring(fixAllContext.CodeActionEquivalenceKey.LastIndexOf('.') + 1), CultureInfo.InvariantCulture);
        var remedies = new List<(Document Document, Diagnostic Diagnostic, Remedy Remedy)>();
        foreach (Diagnostic diagnostic in await DiagnosticsAsync(fixAllContext).ConfigureAwait(false))
        {
            if (fixAllContext.Solution.GetDocument(diagnostic.Location.SourceTree) is { } document && Remedy.Read(diagnostic.Properties).ElementAtOrDefault(choice) is { } remedy)
            {
                remedies.Add((document, diagnostic, remedy));
            }
        }

        return remedies.Count == 0
            ? null
            : CodeAction.Create(remedies[0].Remedy.Title, cancellation => RemedyApplication.ApplyAsync(fixAllContext.Solution, remedies, cancellation), fixAllContext.CodeActionEquivalenceKey);
    }

    private static async Task<IEnumerable<Diagnostic>> DiagnosticsAsync(FixAllContext context)
    {
        switch (context.Scope)
        {
            case FixAllScope.Document:
                return await context.GetDocumentDiagnosticsAsync(context.Document!).ConfigureAwait(false);
            case FixAllScope.Project:
                return await context.GetAllDiagnosticsAsync(context.Project).ConfigureAwait(false);
            default:
                var all = new List<Diagnostic>();
                foreach (Project project in context.Solution.Projects.Where(static project => project.Language == LanguageNames.CSharp))
                {
                    all.AddRange(await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false));
                }

                return all;
        }
    }
}
