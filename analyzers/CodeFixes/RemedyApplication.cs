using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace AttentionGen.CodeFixes;

/// <summary>Carries out remedies, any number at once: what several of them change in one attribute is changed together.</summary>
internal static class RemedyApplication
{
    /// <summary>The solution with the remedies applied; each belongs to a diagnostic in a document.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, IEnumerable<(Document Document, Diagnostic Diagnostic, Remedy Remedy)> remedies, CancellationToken cancellation)
    {
        var edits = new List<(AttributeSyntax Attribute, Edit Edit)>();
        foreach ((Document document, Diagnostic diagnostic, Remedy remedy) in remedies)
        {
            SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
            SemanticModel? model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
            if (root is not null && model is not null && HostOf(diagnostic, root, model, cancellation) is { } host && HostAttributes.Of(host) is { } attributes)
            {
                edits.AddRange(remedy.Edits
                    .Select(edit => (Attribute: DataOf(edit.Place, attributes)?.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax, Edit: edit))
                    .Where(static pair => pair.Attribute is not null)
                    .Select(static pair => (pair.Attribute!, pair.Edit)));
            }
        }

        // The parts of a partial class may stand in several files.
        var editor = new SolutionEditor(solution);
        foreach (var file in edits.GroupBy(static pair => pair.Attribute.SyntaxTree))
        {
            if (solution.GetDocumentId(file.Key) is { } id)
            {
                AttributeEditor.Apply(await editor.GetDocumentEditorAsync(id, cancellation).ConfigureAwait(false), file.ToLookup(static pair => pair.Attribute, static pair => pair.Edit));
            }
        }

        return editor.GetChangedSolution();
    }

    private static INamedTypeSymbol? HostOf(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancellation)
    {
        if (diagnostic.Properties.TryGetValue(Remedy.Host, out string? name))
        {
            return model.Compilation.Assembly.GetTypeByMetadataName(name!);
        }

        TypeDeclarationSyntax? part = root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>();
        return part is null ? null : model.GetDeclaredSymbol(part, cancellation) as INamedTypeSymbol;
    }

    private static AttributeData? DataOf(Place place, HostAttributes attributes) => place.Kind switch
    {
        PlaceKind.Attention => attributes.Attention,
        PlaceKind.Model => attributes.ClassModel,
        PlaceKind.Encoding => attributes.Encodings.ElementAtOrDefault(place.Index),
        PlaceKind.Cache => attributes.Cache,
        _ => null,
    };
}
