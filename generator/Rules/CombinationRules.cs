using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether encodings that say the same thing twice are both meant.</summary>
internal static class CombinationRules
{
    public static readonly DiagnosticDescriptor PositionsTwice = new(
        "ATTN017", "Positions enter twice", "'{0}' {1} '{2}' both tell positions; keep one, or say that both are meant with Combined = true on '{2}'", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN017.md");

    public static void Check(RuleContext context)
    {
        if (context.Encodings.FirstOrDefault(static use => use.Known is RotaryEncoding) is not { } rotation)
        {
            return;
        }

        // A kernel adds no table to its input: there, 'learned' has no effect anyway.
        foreach (EncodingUse other in context.Encodings.Where(use => use.Known is AlibiEncoding || (use.Known is LearnedEncoding && !context.Spec.Host.IsStatic)))
        {
            if (other.Spec.Find("Combined") is { Number: not 0 })
            {
                continue;
            }

            bool isLearned = other.Known is LearnedEncoding;
            Place place = Place.Encoding(other.Index);
            context.Report(
                PositionsTwice,
                isLearned ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
                place,
                [rotation.Known!.Name, isLearned ? "and the table of" : "and the penalties of", other.Known!.Name],
                Remedy.Of($"Remove '{other.Known.Name}'", Edit.Remove(place)),
                Remedy.Of($"Remove '{rotation.Known.Name}'", Edit.Remove(Place.Encoding(rotation.Index))),
                Remedy.Of("Say that both are meant: Combined = true", new Edit(Place.Encoding(other.Index, "Combined"), "true")));
        }
    }
}
