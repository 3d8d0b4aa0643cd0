using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the share of memory in a crossmemory's output is one.</summary>
internal static class MixRules
{
    public static readonly DiagnosticDescriptor BadRatio = new(
        "ATTN061", "Fusion ratio is outside 0 to 1", "FusionRatio = {0} is no share of the output; it must lie from 0 (local features alone) to 1 (memory alone)", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN061.md");

    public static void Check(RuleContext context)
    {
        if (context.Type?.Name == "crossmemory" && context.Spec.Find("FusionRatio") is { } ratio && !(ratio.Number >= 0 && ratio.Number <= 1))
        {
            context.Report(BadRatio, Place.Of(context.Spec, ratio.Name), [ratio.Number]);
        }
    }
}
