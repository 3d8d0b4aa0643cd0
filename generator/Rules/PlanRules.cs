using System.Linq;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Tells what a sound declaration comes to.</summary>
internal static class PlanRules
{
    public static readonly DiagnosticDescriptor Plan = new(
        "ATTN048", "The plan of an attention", "{0}", RuleFacts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN048.md");

    public static void Check(RuleContext context)
    {
        if (!context.Violations.Any(violation => violation.IsBlocking))
        {
            context.Report(Plan, Place.Attention(), [PlanText.Describe(context.Spec, context.Shape)]);
        }
    }
}
