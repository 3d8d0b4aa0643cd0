using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Rules;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace AttentionGen.Analyzers;

/// <summary>ATTN011: masks made inside of a call whose sizes, as far as both are constants, can't broadcast to the call's.</summary>
internal static class MaskShapes
{
    public static void Report(SyntaxNodeAnalysisContext context, InvocationExpressionSyntax call, AttentionShape shape)
    {
        if (context.SemanticModel.GetOperation(call, context.CancellationToken) is not IInvocationOperation invocation)
        {
            return;
        }

        Dictionary<string, int> sizes = Constants(invocation.Arguments).ToDictionary(size => size.Name, size => size.Value);
        sizes["heads"] = shape.Heads;

        // A layer says length and, for another sequence, memoryLength.
        if (sizes.TryGetValue("length", out int length))
        {
            sizes["queryLength"] = length;
            sizes["keyLength"] = length;
        }

        if (invocation.TargetMethod.Parameters.Any(static parameter => parameter.Name == "memoryLength"))
        {
            sizes.Remove("keyLength");
            if (sizes.TryGetValue("memoryLength", out int memory))
            {
                sizes["keyLength"] = memory;
            }
        }

        foreach (IObjectCreationOperation mask in call.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
            .Select(creation => context.SemanticModel.GetOperation(creation, context.CancellationToken))
            .OfType<IObjectCreationOperation>()
            .Where(static creation => IsMask(creation.Type)))
        {
            foreach ((string name, int value, SyntaxNode syntax) in Constants(mask.Arguments))
            {
                bool isKey = name == "keyLength";
                if (sizes.TryGetValue(name, out int expected) && expected > 0 && value != expected && (isKey || value != 1))
                {
                    context.ReportDiagnostic(Diagnostic.Create(MaskRules.ShapeMisfit, syntax.GetLocation(), name, value, expected, isKey ? $"{expected}" : $"{expected}, or 1 for all"));
                }
            }
        }
    }

    private static bool IsMask(ITypeSymbol? type) =>
        type is { Name: "KeepMask" or "DropMask" or "ScoreBias", ContainingNamespace: { Name: "AttentionGen", ContainingNamespace.IsGlobalNamespace: true } };

    private static IEnumerable<(string Name, int Value, SyntaxNode Syntax)> Constants(IEnumerable<IArgumentOperation> arguments)
    {
        foreach (IArgumentOperation argument in arguments)
        {
            if (argument is { Parameter: { } parameter, ArgumentKind: ArgumentKind.Explicit } && argument.Value.ConstantValue is { HasValue: true, Value: int value })
            {
                yield return (parameter.Name, value, argument.Syntax);
            }
        }
    }
}
