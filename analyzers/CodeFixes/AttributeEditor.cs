using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace AttentionGen.CodeFixes;

/// <summary>Changes attributes' arguments and leaves the rest of their text as it was.</summary>
internal static class AttributeEditor
{
    /// <summary>Applies the edits of a document, by attribute.</summary>
    public static void Apply(SyntaxEditor editor, ILookup<AttributeSyntax, Edit> edits)
    {
        HashSet<AttributeSyntax> removed = [.. edits.Where(static attribute => attribute.Any(static edit => edit.Place.Argument is null)).Select(static attribute => attribute.Key)];
        foreach (IGrouping<SyntaxNode?, AttributeSyntax> list in removed.GroupBy(static attribute => attribute.Parent))
        {
            // Brackets around nothing do not compile.
            if (list.Key is AttributeListSyntax whole && whole.Attributes.Count == list.Count())
            {
                editor.RemoveNode(whole, SyntaxRemoveOptions.KeepNoTrivia);
                continue;
            }

            foreach (AttributeSyntax attribute in list)
            {
                editor.RemoveNode(attribute, SyntaxRemoveOptions.KeepNoTrivia);
            }
        }

        foreach (IGrouping<AttributeSyntax, Edit> attribute in edits.Where(attribute => !removed.Contains(attribute.Key)))
        {
            AttributeSyntax changed = attribute.Aggregate(attribute.Key, Apply);
            editor.ReplaceNode(attribute.Key, changed.WithAdditionalAnnotations(Formatter.Annotation));
        }
    }

    private static AttributeSyntax Apply(AttributeSyntax attribute, Edit edit)
    {
        string name = edit.Place.Argument!;
        AttributeArgumentListSyntax list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        AttributeArgumentSyntax? written = Find(list, name);
        if (edit.Value is null)
        {
            return written is null ? attribute : Remove(attribute, list, written);
        }

        ExpressionSyntax value = SyntaxFactory.ParseExpression(edit.Value).WithAdditionalAnnotations(Simplifier.Annotation);
        if (written is not null)
        {
            AttributeArgumentSyntax replaced = written.WithExpression(value.WithTriviaFrom(written.Expression));
            return attribute.WithArgumentList(list.ReplaceNode(written, replaced));
        }

        AttributeArgumentSyntax added = SyntaxFactory.AttributeArgument(value)
            .WithNameEquals(SyntaxFactory.NameEquals(SyntaxFactory.IdentifierName(name).WithTrailingTrivia(SyntaxFactory.Space))
                .WithEqualsToken(SyntaxFactory.Token(SyntaxKind.EqualsToken).WithTrailingTrivia(SyntaxFactory.Space)));
        return attribute.WithArgumentList(list.WithArguments(Append(list.Arguments, added)));
    }

    private static AttributeArgumentSyntax? Find(AttributeArgumentListSyntax list, string name) =>
        list.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name)
        ?? (name == "Type" ? list.Arguments.FirstOrDefault(argument => argument.NameEquals is null) : null);

    private static AttributeSyntax Remove(AttributeSyntax attribute, AttributeArgumentListSyntax list, AttributeArgumentSyntax written)
    {
        int index = list.Arguments.IndexOf(written);
        SeparatedSyntaxList<AttributeArgumentSyntax> rest = list.Arguments.RemoveAt(index);
        if (index == 0 && rest.Count > 0)
        {
            rest = rest.Replace(rest[0], rest[0].WithLeadingTrivia(written.GetLeadingTrivia()));
        }

        return attribute.WithArgumentList(rest.Count == 0 ? null : list.WithArguments(rest));
    }

    private static SeparatedSyntaxList<AttributeArgumentSyntax> Append(SeparatedSyntaxList<AttributeArgumentSyntax> arguments, AttributeArgumentSyntax added)
    {
        if (arguments.Count == 0)
        {
            return SyntaxFactory.SingletonSeparatedList(added);
        }

        SyntaxToken comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return SyntaxFactory.SeparatedList(arguments.Append(added), arguments.GetSeparators().Append(comma));
    }
}
