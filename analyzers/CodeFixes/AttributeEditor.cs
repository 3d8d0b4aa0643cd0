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

/// <summary>Changes one attribute's arguments and leaves the rest of its text as it was.</summary>
internal static class AttributeEditor
{
    public static void Apply(SyntaxEditor editor, AttributeSyntax attribute, IReadOnlyList<Edit> edits)
    {
        if (edits.Any(edit => edit.Place.Argument is null))
        {
            editor.RemoveNode(attribute.Parent is AttributeListSyntax { Attributes.Count: 1 } list ? list : attribute, SyntaxRemoveOptions.KeepNoTrivia);
            return;
        }

        AttributeSyntax changed = edits.Aggregate(attribute, Apply);
        editor.ReplaceNode(attribute, changed.WithAdditionalAnnotations(Formatter.Annotation));
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
