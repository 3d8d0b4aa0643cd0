using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a rotary encoding's scaling and sections have what they need, and one encoding alone rotates.</summary>
internal static class RotaryScaleRules
{
    public static readonly DiagnosticDescriptor OriginalMissing = new(
        "ATTN020", "Scaling needs the original length", "{0} scaling works from the length that the model was trained on; give OriginalMaxLength, at least 1 position", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN020.md");

    public static readonly DiagnosticDescriptor BadFactors = new(
        "ATTN021", "LongRope factors do not fit the pairs", "{0} needs one positive factor for each of the {1} pairs of features; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN021.md");

    public static readonly DiagnosticDescriptor SwitchingFactors = new(
        "ATTN022", "LongRope switches factors with the length", "A sequence that grows past OriginalMaxLength = {0} changes from ShortFactors to LongFactors, and keys rotated before that no longer fit those rotated after; give both the same factors, or don't keep rotated keys across that length", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN022.md");

    public static readonly DiagnosticDescriptor BadSections = new(
        "ATTN023", "Sections do not add up to the pairs", "Sections needs counts of at least 1 that add up to the {0} pairs of features; {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN023.md");

    public static readonly DiagnosticDescriptor TwoRotations = new(
        "ATTN060", "Two encodings rotate", "'{0}' and '{1}' would both rotate queries and keys; keep one", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN060.md");

    public static void Check(RuleContext context)
    {
        EncodingUse[] rotations = [.. context.Encodings.Where(static use => use.Known is RotaryEncoding)];
        foreach (EncodingUse second in rotations.Skip(1).Where(use => use.Known!.Name != rotations[0].Known!.Name))
        {
            Place place = Place.Encoding(second.Index);
            context.Report(TwoRotations, place, [rotations[0].Known!.Name, second.Known!.Name], Remedy.Of($"Remove '{second.Known.Name}'", Edit.Remove(place)));
        }

        foreach (EncodingUse use in rotations)
        {
            int pairs = RotaryEncoding.RotaryDim(use.Spec, context.Shape.QueryDim) / 2;
            if (pairs is <= 0 or > SharedParameters.GreatestSize)
            {
                continue; // other rules say so
            }

            if (use.Known is MropeEncoding)
            {
                CheckSections(context, use, pairs);
            }
            else if (use.Known!.Parameters.Any(static parameter => parameter.Name == "Scaling"))
            {
                CheckScaling(context, use, pairs);
            }
        }
    }

    private static void CheckScaling(RuleContext context, EncodingUse use, int pairs)
    {
        int scaling = use.Spec.Int("Scaling");
        if (scaling is < RotaryScale.None or > RotaryScale.Llama3)
        {
            return;
        }

        IReadOnlyList<string> reads = RotaryScale.Reads(scaling);
        if (reads.Contains("OriginalMaxLength") && use.Spec.Int("OriginalMaxLength") is < 1 or > 1 << 30)
        {
            context.Report(OriginalMissing, use.Place("OriginalMaxLength"), [RotaryScale.Names[scaling]]);
        }

        foreach (ArgumentSpec unused in use.Spec.Arguments.Where(argument =>
            argument.Name != "Scaling" && RotaryScale.Parameters.Any(parameter => parameter.Name == argument.Name) && !reads.Contains(argument.Name)))
        {
            Place place = Place.Encoding(use.Index, unused.Name);
            context.Report(IgnoredRules.Ignored, place, [unused.Name, $"Scaling = {RotaryScale.Names[scaling]} does not read it"], Remedy.Of($"Remove {unused.Name}", Edit.Remove(place)));
        }

        if (scaling == RotaryScale.LongRope)
        {
            bool fit = CheckFactors(context, use, "ShortFactors", pairs) & CheckFactors(context, use, "LongFactors", pairs);
            if (fit && !use.Spec.Find("ShortFactors")!.Numbers.Equals(use.Spec.Find("LongFactors")!.Numbers))
            {
                context.Report(SwitchingFactors, use.Place("LongFactors"), [use.Spec.Int("OriginalMaxLength")]);
            }
        }
    }

    private static bool CheckFactors(RuleContext context, EncodingUse use, string name, int pairs)
    {
        EquatableArray<float> factors = use.Spec.Find(name)?.Numbers ?? default;
        string? wrong = factors.Count != pairs ? (factors.Count == 0 ? "none are given" : $"{RuleContext.Word(factors.Count)} are given")
            : factors.Any(static factor => !(factor > 0 && factor <= float.MaxValue)) ? "one of them is not a positive finite number"
            : null;
        if (wrong is null)
        {
            return true;
        }

        context.Report(BadFactors, use.Place(name), [name, pairs, wrong]);
        return false;
    }

    private static void CheckSections(RuleContext context, EncodingUse use, int pairs)
    {
        EquatableArray<float> sections = use.Spec.Find("Sections")?.Numbers ?? default;
        double sum = sections.Sum(static section => (double)section);
        string? wrong = sections.Count == 0 ? "none are given"
            : sections.Any(static section => section < 1) ? "one of them is less than 1"
            : sum != pairs ? $"they add up to {RuleContext.Word(sum)}"
            : null;
        if (wrong is not null)
        {
            context.Report(BadSections, use.Place("Sections"), [pairs, wrong]);
        }
    }
}
