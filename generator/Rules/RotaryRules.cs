using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the features that a rotary encoding turns come in pairs, inside the head.</summary>
internal static class RotaryRules
{
    public static readonly DiagnosticDescriptor OddHeadDim = new(
        "ATTN003", "Rotary encoding on an odd head dim", "{2} turns features in pairs, but {3} {0}; give an even HeadDim, or rotate only the first {1} with RotaryDim", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN003.md");

    public static readonly DiagnosticDescriptor BadRotaryDim = new(
        "ATTN004", "RotaryDim does not fit the head", "RotaryDim = {0} must be even and from 2 to the head dim, {1}; the nearest is {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN004.md");

    public static void Check(RuleContext context)
    {
        int headDim = context.Shape.QueryDim;
        if (headDim is <= 0 or > SharedParameters.GreatestSize)
        {
            return;
        }

        foreach (EncodingUse use in context.Encodings.Where(use => use.Known is RotaryEncoding))
        {
            if (use.Spec.Find("RotaryDim") is { } rotary)
            {
                CheckRotaryDim(context, use, rotary.Number, headDim);
            }
            else if (headDim % 2 != 0)
            {
                ReportOdd(context, use, headDim);
            }
        }
    }

    private static void CheckRotaryDim(RuleContext context, EncodingUse use, double rotaryDim, int headDim)
    {
        if (rotaryDim >= 2 && rotaryDim <= headDim && rotaryDim % 2 == 0)
        {
            return;
        }

        Place place = Place.Encoding(use.Index, "RotaryDim");
        int greatest = headDim - (headDim % 2);
        int nearest = (int)Math.Min(Math.Max(rotaryDim - (Math.Abs(rotaryDim) % 2), 2), greatest);
        context.Report(
            BadRotaryDim,
            place,
            [rotaryDim, headDim, nearest == 0 ? "none, as a head of one feature has no pair" : nearest],
            nearest == 0 ? [] : [Remedy.Of($"Set RotaryDim = {nearest}", Edit.Set(place, nearest))]);
    }

    private static void ReportOdd(RuleContext context, EncodingUse use, int headDim)
    {
        var remedies = new List<Remedy>();
        bool isWritten = context.Spec.Find("HeadDim") is not null;
        if (isWritten && headDim < SharedParameters.GreatestSize && headDim == context.Shape.HeadDim)
        {
            remedies.Add(Remedy.Of($"Set HeadDim = {headDim + 1}", Edit.Set(context.Spec, "HeadDim", headDim + 1)));
        }

        if (headDim > 1)
        {
            remedies.Add(Remedy.Of($"Rotate {headDim - 1} features of each head", Edit.Set(Place.Encoding(use.Index, "RotaryDim"), headDim - 1)));
        }

        Place place = isWritten ? Place.Of(context.Spec, "HeadDim") : Place.Encoding(use.Index);
        context.Report(OddHeadDim, place, [headDim, headDim - 1, use.Known!.Name, headDim == context.Shape.HeadDim ? "each head has" : "each half of a head has"], [.. remedies]);
    }
}
