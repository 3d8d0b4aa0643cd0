using System.Globalization;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether ALiBi's slopes are what their author expects.</summary>
internal static class AlibiRules
{
    public static readonly DiagnosticDescriptor HeadsNotPowerOfTwo = new(
        "ATTN018", "ALiBi heads are not a power of two", "alibi has no closed form for Heads = {0}: the slopes of {1} heads are completed by every other slope of {2}; give Slopes to choose your own", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN018.md");

    public static readonly DiagnosticDescriptor NotCausal = new(
        "ATTN019", "ALiBi without a causal mask", "alibi was defined for causal attention; here the score changes by -slope * |i - j|, so keys after the query are penalised like keys before it; set Causal = true if the future should be hidden", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN019.md");

    public static readonly DiagnosticDescriptor BadSlopes = new(
        "ATTN058", "ALiBi slopes do not fit the heads", "Slopes needs one finite number for each of the {0} heads; {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN058.md");

    public static void Check(RuleContext context)
    {
        if (context.Encoding("alibi") is not { } alibi)
        {
            return;
        }

        int heads = context.Spec.Int("Heads");
        if (heads is > 0 and <= SharedParameters.GreatestSize)
        {
            CheckSlopes(context, alibi, heads);
        }

        if (!context.Shape.Causal)
        {
            context.Report(NotCausal, Place.Encoding(alibi.Index), [], Remedy.Of("Set Causal = true", new Edit(Place.Attention("Causal"), "true")));
        }
    }

    private static void CheckSlopes(RuleContext context, EncodingUse alibi, int heads)
    {
        if (alibi.Spec.Find("Slopes") is not { } slopes)
        {
            if ((heads & (heads - 1)) != 0)
            {
                int lower = 1;
                while (lower * 2 < heads)
                {
                    lower *= 2;
                }

                context.Report(HeadsNotPowerOfTwo, Place.Encoding(alibi.Index), [heads, lower, lower * 2]);
            }

            return;
        }

        Place place = alibi.Place("Slopes");
        if (slopes.Numbers.Count != heads)
        {
            string count = $"there are {RuleContext.Word(slopes.Numbers.Count)}";
            context.Report(BadSlopes, place, [heads, count], Remedy.Of("Remove Slopes", Edit.Remove(place)));
            return;
        }

        for (int head = 0; head < heads; head++)
        {
            float slope = slopes.Numbers[head];
            if (float.IsNaN(slope) || float.IsInfinity(slope))
            {
                context.Report(BadSlopes, place, [heads, string.Format(CultureInfo.InvariantCulture, "the one of head {0} is {1}", head, slope)]);
                return;
            }
        }
    }
}
