using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AttentionGen.Analyzers;

/// <summary>Recognises masks that do not say their polarity.</summary>
internal static class BareMask
{
    /// <summary>Whether it is an array (of any rank or nesting), span or memory of bools.</summary>
    public static bool Is(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType.SpecialType == SpecialType.System_Boolean || Is(array.ElementType),
        INamedTypeSymbol { Name: "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory", TypeArguments.Length: 1, ContainingNamespace.Name: "System" } buffer =>
            buffer.TypeArguments[0].SpecialType == SpecialType.System_Boolean,
        _ => false,
    };
}

/// <summary>Recognises masks that hide later keys.</summary>
internal static class CausalMask
{
    /// <summary>The calls that build a causal mask inside an expression, or in the initialiser of a local that it names.</summary>
    public static IEnumerable<InvocationExpressionSyntax> Makers(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellation)
    {
        IEnumerable<SyntaxNode> initialisers = expression.DescendantNodesAndSelf()
            .OfType<IdentifierNameSyntax>()
            .Select(name => model.GetSymbolInfo(name, cancellation).Symbol)
            .OfType<ILocalSymbol>()
            .SelectMany(local => local.DeclaringSyntaxReferences)
            .Select(reference => reference.GetSyntax(cancellation));
        return initialisers.Prepend(expression)
            .SelectMany(node => node.DescendantNodesAndSelf())
            .OfType<InvocationExpressionSyntax>()
            .Where(call => model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol
            {
                Name: "LookAhead" or "Causal",
                ContainingType: { Name: "Masks", ContainingNamespace: { Name: "AttentionGen", ContainingNamespace.IsGlobalNamespace: true } },
            });
    }
}
