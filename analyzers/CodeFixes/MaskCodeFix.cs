using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.CodeFixes;

/// <summary>ATTN010: wraps a bare bool mask in a type that says what true means.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MaskCodeFix))]
[Shared]
public sealed class MaskCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["ATTN010"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            Register(context, diagnostic, "Keep", "true = may attend");
            Register(context, diagnostic, "Drop", "true = hidden");
        }

        return Task.CompletedTask;
    }

    private static void Register(CodeFixContext context, Diagnostic diagnostic, string polarity, string meaning) => context.RegisterCodeFix(
        CodeAction.Create($"Wrap in {polarity}Mask ({meaning})", cancellation => ApplyAsync(context.Document, diagnostic, polarity, cancellation), "ATTN010." + polarity),
        diagnostic);

    private static async Task<Document> ApplyAsync(Document document, Diagnostic diagnostic, string polarity, CancellationToken cancellation)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        SemanticModel? model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (root is null || model is null || Outermost<ExpressionSyntax>(root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), diagnostic) is not { } mask)
        {
            return document;
        }

        ExpressionSyntax wrapped = Wrap(mask, polarity, model, cancellation);
        if (mask.Parent is AssignmentExpressionSyntax assignment && assignment.Right == mask)
        {
            // The property follows the chosen meaning, so that a wrong guess of the author's is mended in one step.
            ExpressionSyntax target = assignment.Left is MemberAccessExpressionSyntax access
                ? access.WithName(SyntaxFactory.IdentifierName(polarity))
                : SyntaxFactory.IdentifierName(polarity);
            return document.WithSyntaxRoot(root.ReplaceNode(assignment, assignment.WithLeft(target.WithTriviaFrom(assignment.Left)).WithRight(wrapped.WithTriviaFrom(mask))));
        }

        ExpressionSyntax arguments = SyntaxFactory.ParseExpression($"new {NameOf("AttentionGen.AttentionArguments", mask, model)} {{ {polarity} = {wrapped} }}");
        return document.WithSyntaxRoot(root.ReplaceNode(mask, arguments.WithTriviaFrom(mask)));
    }

    private static T? Outermost<T>(SyntaxNode node, Diagnostic diagnostic)
        where T : SyntaxNode =>
        node.AncestorsAndSelf().OfType<T>().LastOrDefault(candidate => candidate.Span == diagnostic.Location.SourceSpan);

    private static ExpressionSyntax Wrap(ExpressionSyntax mask, string polarity, SemanticModel model, CancellationToken cancellation)
    {
        bool isGrid = model.GetTypeInfo(mask, cancellation).Type is IArrayTypeSymbol { Rank: 2 };
        (string queries, string keys) = isGrid
            ? ($"{mask}.GetLength(0)", $"{mask}.GetLength(1)")
            : Lengths(mask, model, cancellation);
        string values = isGrid
            ? $"{NameOf("System.Runtime.InteropServices.MemoryMarshal", mask, model)}.CreateReadOnlySpan(ref {mask}[0, 0], {mask}.Length)"
            : mask.ToString();
        return SyntaxFactory.ParseExpression($"new {NameOf($"AttentionGen.{polarity}Mask", mask, model)}({values}, queryLength: {queries}, keyLength: {keys})");
    }

    // As short as the usings around the mask allow.
    private static string NameOf(string metadataName, ExpressionSyntax mask, SemanticModel model) =>
        model.Compilation.GetTypeByMetadataName(metadataName)?.ToMinimalDisplayString(model, mask.SpanStart) ?? "global::" + metadataName;

    // The sizes are those of the call around the mask; where none tells them, the mask is taken for one row over all keys.
    private static (string Queries, string Keys) Lengths(ExpressionSyntax mask, SemanticModel model, CancellationToken cancellation)
    {
        Dictionary<string, string> sizes = [];
        if (mask.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call)
        {
            SymbolInfo info = model.GetSymbolInfo(call, cancellation);
            if ((info.Symbol ?? info.CandidateSymbols.FirstOrDefault(symbol => HasLengths(symbol))) is IMethodSymbol method)
            {
                SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
                for (int i = 0; i < arguments.Count; i++)
                {
                    string? name = arguments[i].NameColon?.Name.Identifier.ValueText ?? method.Parameters.ElementAtOrDefault(i)?.Name;
                    if (name is not null)
                    {
                        sizes[name] = arguments[i].Expression.ToString();
                    }
                }
            }
        }

        string? queries = First(sizes, "queryLength", "length");
        string? keys = First(sizes, "keyLength", "memoryLength", "length");
        return queries is not null && keys is not null ? (queries, keys) : ("1", $"{mask}.Length");
    }

    private static bool HasLengths(ISymbol symbol) =>
        symbol is IMethodSymbol method && method.Parameters.Any(parameter => parameter.Name is "queryLength" or "length");

    private static string? First(Dictionary<string, string> sizes, params string[] names) =>
        names.Where(sizes.ContainsKey).Select(name => sizes[name]).FirstOrDefault();
}
