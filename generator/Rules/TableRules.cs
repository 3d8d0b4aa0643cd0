using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a position table reaches as far as the sequences do.</summary>
internal static class TableRules
{
    public static readonly DiagnosticDescriptor TableTooShort = new(
        "ATTN015", "Position table is shorter than the sequences", "The {0} table holds {1} positions, but sequences may hold {2}; raise the encoding's MaxLength to {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN015.md");

    public static readonly DiagnosticDescriptor SecondTable = new(
        "ATTN072", "Two learned position tables", "A layer has one learned position table, but '{0}' and '{1}' each ask for one; their sum could be learned by one alone: keep one", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN072.md");

    public static void Check(RuleContext context)
    {
        CheckLearned(context);

        // A layer's cached sequences grow past one call's length.
        int cached = !context.Spec.Host.IsStatic && context.Spec.Cache is { } cache ? Math.Max(cache.Capacity, context.Shape.MaxKeyLength) : 0;
        int length = Math.Max(context.Shape.MaxLength, cached);
        foreach (EncodingUse use in context.Encodings.Where(use => use.Positions > 0 && use.Positions < length))
        {
            context.Report(
                TableTooShort,
                use.Place("MaxLength"),
                [use.Known!.Name, use.Positions, length],
                Remedy.Of($"Set the table's MaxLength = {length}", Edit.Set(Place.Encoding(use.Index, "MaxLength"), length)));
        }
    }

    private static void CheckLearned(RuleContext context)
    {
        EncodingUse[] learned = [.. context.Encodings.Where(static use => use.Known?.TableStart(use.Spec) is not null)];
        foreach (EncodingUse second in learned.Skip(1).Where(use => use.Known!.Name != learned[0].Known!.Name))
        {
            Place attribute = Place.Encoding(second.Index);
            context.Report(SecondTable, second.Place("Learnable"), [learned[0].Known!.Name, second.Known!.Name], Remedy.Of($"Remove '{second.Known!.Name}'", Edit.Remove(attribute)));
        }
    }
}
