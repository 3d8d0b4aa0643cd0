using System.Collections.Generic;
using System.Composition;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace AttentionGen.CodeFixes;

/// <summary>
/// Writes a complete, valid declaration: on a class, the attributes that make it an attention; between types, a class with them. Offered only where
/// the rules find nothing against the result.
/// </summary>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(DeclarationRefactoring))]
[Shared]
public sealed class DeclarationRefactoring : CodeRefactoringProvider
{
    private const string NewName = "NewAttention";

    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
            || await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model
            || model.Compilation.GetTypeByMetadataName(SpecReader.AttributeName) is null)
        {
            return;
        }

        foreach ((string title, SyntaxNode changed, string name) in Offers(root, model, context.Span.Start, context.CancellationToken))
        {
            if (IsValid(model.Compilation, root.SyntaxTree, changed, name, context.CancellationToken))
            {
                context.RegisterRefactoring(CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), nameof(DeclarationRefactoring) + title));
            }
        }
    }

    private static IEnumerable<(string Title, SyntaxNode Changed, string Name)> Offers(SyntaxNode root, SemanticModel model, int position, CancellationToken cancellation)
    {
        SyntaxNode? around = root.FindToken(position).Parent;
        if (around?.FirstAncestorOrSelf<ClassDeclarationSyntax>() is { } host && position <= host.Identifier.Span.End)
        {
            if (model.GetDeclaredSymbol(host, cancellation) is INamedTypeSymbol symbol && HostAttributes.Of(symbol) is null)
            {
                bool isStatic = symbol.IsStatic;
                yield return ($"Make '{host.Identifier.ValueText}' an attention {(isStatic ? "kernel" : "layer")}", Declare(root, host, Attributes(model.Compilation, isStatic)), host.Identifier.ValueText);
            }

            yield break;
        }

        if (around?.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>() is not null || around?.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not (null or BaseNamespaceDeclarationSyntax))
        {
            yield break;
        }

        string name = Enumerable.Range(1, int.MaxValue).Select(static n => n == 1 ? NewName : NewName + n).First(candidate => !model.Compilation.ContainsSymbolsWithName(candidate, SymbolFilter.Type, cancellation));
        foreach (bool isStatic in new[] { true, false })
        {
            string text = $"{Attributes(model.Compilation, isStatic)}\npublic {(isStatic ? "static " : "")}partial class {name}\n{{\n}}\n";
            MemberDeclarationSyntax added = SyntaxFactory.ParseMemberDeclaration("\n" + text)!;
            yield return ($"Insert an attention {(isStatic ? "kernel" : "layer")}", Insert(root, around, position, Annotate(added)), name);
        }
    }

    // What the assembly's model already says is left out.
    private static string Attributes(Compilation compilation, bool isStatic)
    {
        ICollection<string> known = [.. compilation.Assembly.GetAttributes().Where(static attribute => attribute.AttributeClass?.ToDisplayString() == "AttentionGen.ModelAttribute").SelectMany(static attribute => attribute.NamedArguments).Select(static argument => argument.Key)];
        IEnumerable<string> shape = new[] { ("Heads", "Heads = 8"), isStatic ? ("HeadDim", "HeadDim = 64") : ("DModel", "DModel = 512") }
            .Where(size => !known.Contains(size.Item1) && !(size.Item1 == "HeadDim" && known.Contains("DModel")))
            .Select(static size => size.Item2);
        string arguments = string.Join(", ", shape.Prepend("global::AttentionGen.AttentionTypes.Causal"));
        return $"[global::AttentionGen.Attention({arguments})]\n[global::AttentionGen.PositionalEncoding(global::AttentionGen.PositionalEncodings.Rope)]";
    }

    private static SyntaxNode Declare(SyntaxNode root, ClassDeclarationSyntax host, string attributes)
    {
        var written = (ClassDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(attributes + "\nclass C { }")!;
        TypeDeclarationSyntax[] types = [.. host.AncestorsAndSelf().OfType<TypeDeclarationSyntax>()];
        return root.ReplaceNodes(types, (old, current) =>
        {
            TypeDeclarationSyntax type = PartialCodeFix.AddPartial((TypeDeclarationSyntax)current);
            if (old != host)
            {
                return type;
            }

            SyntaxTriviaList above = type.GetLeadingTrivia();
            SyntaxList<AttributeListSyntax> lists = written.AttributeLists.Replace(written.AttributeLists[0], written.AttributeLists[0].WithLeadingTrivia(above));
            return Annotate((TypeDeclarationSyntax)type.WithLeadingTrivia().WithAttributeLists(lists.AddRange(type.WithLeadingTrivia().AttributeLists)));
        });
    }

    private static SyntaxNode Insert(SyntaxNode root, SyntaxNode? around, int position, MemberDeclarationSyntax added)
    {
        // The end of a file lies behind its namespace, even one without braces.
        if ((around?.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>() ?? root.ChildNodes().OfType<FileScopedNamespaceDeclarationSyntax>().FirstOrDefault(file => position > file.SemicolonToken.SpanStart)) is { } space)
        {
            int place = space.Members.Count(member => member.SpanStart < position);
            BaseNamespaceDeclarationSyntax wider = space switch
            {
                NamespaceDeclarationSyntax block => block.WithMembers(block.Members.Insert(place, added)),
                FileScopedNamespaceDeclarationSyntax file => file.WithMembers(file.Members.Insert(place, added)),
                _ => space,
            };
            return root.ReplaceNode(space, wider);
        }

        var unit = (CompilationUnitSyntax)root;
        return unit.WithMembers(unit.Members.Insert(unit.Members.Count(member => member.SpanStart < position), added));
    }

    private static T Annotate<T>(T node)
        where T : SyntaxNode => node.WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);

    private static bool IsValid(Compilation compilation, SyntaxTree old, SyntaxNode changed, string name, CancellationToken cancellation)
    {
        SyntaxTree tree = old.WithRootAndOptions(changed, old.Options);
        Compilation after = compilation.ReplaceSyntaxTree(old, tree);
        SemanticModel model = after.GetSemanticModel(tree);
        ClassDeclarationSyntax? host = tree.GetRoot(cancellation).DescendantNodes().OfType<ClassDeclarationSyntax>().FirstOrDefault(type => type.Identifier.ValueText == name && type.AttributeLists.Count > 0);
        return host is not null
            && model.GetDeclaredSymbol(host, cancellation) is INamedTypeSymbol symbol
            && SpecReader.Read(symbol, cancellation) is { } spec
            && !RuleBook.Check(spec, CompilationFacts.Sufficient).Any(static violation => violation.IsBlocking);
    }
}
