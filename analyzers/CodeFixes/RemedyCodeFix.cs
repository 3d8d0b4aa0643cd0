using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace AttentionGen.CodeFixes;

/// <summary>Carries out the remedies that a rule proposes: sets, inserts and removes attribute arguments.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemedyCodeFix))]
[Shared]
public sealed class RemedyCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. RuleBook.DeclarationRules.Select(rule => rule.Id)];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            int choice = 0;
            foreach (Remedy remedy in Remedy.Read(diagnostic.Properties))
            {
                // Titles hold numbers; the key does not, so that one choice can be made for a whole solution.
                string key = diagnostic.Id + "." + (choice++).ToString(CultureInfo.InvariantCulture);
                context.RegisterCodeFix(
                    CodeAction.Create(remedy.Title, cancellation => ApplyAsync(context.Document, diagnostic, remedy, cancellation), key),
                    diagnostic);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task<Solution> ApplyAsync(Document document, Diagnostic diagnostic, Remedy remedy, CancellationToken cancellation)
    {
        Solution solution = document.Project.Solution;
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        TypeDeclarationSyntax? part = root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>();
        if (part is null
            || model?.GetDeclaredSymbol(part, cancellation) is not INamedTypeSymbol host
            || HostAttributes.Of(host) is not { } attributes)
        {
            return solution;
        }

        // The parts of a partial class may stand in several files.
        var editor = new SolutionEditor(solution);
        foreach (IGrouping<AttributeData?, Edit> edits in remedy.Edits.GroupBy(edit => DataOf(edit.Place, attributes)))
        {
            if (edits.Key?.ApplicationSyntaxReference?.GetSyntax(cancellation) is AttributeSyntax attribute
                && solution.GetDocumentId(attribute.SyntaxTree) is { } id)
            {
                DocumentEditor documentEditor = await editor.GetDocumentEditorAsync(id, cancellation).ConfigureAwait(false);
                AttributeEditor.Apply(documentEditor, attribute, [.. edits]);
            }
        }

        return editor.GetChangedSolution();
    }

    private static AttributeData? DataOf(Place place, HostAttributes attributes) => place.Kind switch
    {
        PlaceKind.Attention => attributes.Attention,
        PlaceKind.Model => attributes.ClassModel,
        PlaceKind.Encoding => attributes.Encodings[place.Index],
        PlaceKind.Cache => attributes.Cache,
        _ => null,
    };
}
