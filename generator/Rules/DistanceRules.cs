using System;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether T5's buckets can be made, and its scores are left unscaled. As a type and as an encoding alike.</summary>
internal static class DistanceRules
{
    public static readonly DiagnosticDescriptor BadBuckets = new(
        "ATTN031", "T5 buckets can't be made", "t5 with Buckets = {0} and MaxDistance = {1}: {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN031.md");

    public static readonly DiagnosticDescriptor Scaled = new(
        "ATTN032", "T5 with scaled scores", "The scale is {0} = 1/sqrt(HeadDim), but T5 does not scale scores (its weights were trained so), and left out the scale of t5 is 1", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN032.md");

    /// <summary>How far from 1/sqrt(HeadDim) a scale counts as meant to be it: a literal of seven digits.</summary>
    private const double Nearness = 1e-6;

    public static void Check(RuleContext context)
    {
        CheckTwice(context);
        if (context.Type?.Name == "t5")
        {
            Check(context, EncodingSpec.OfType(context.Spec, "t5", context.Type.Parameters), name => Place.Of(context.Spec, context.Spec.Find(name) is null ? "Type" : name));
        }
        else if (context.Encoding("t5") is { } use)
        {
            Check(context, use.Spec, use.Place);
        }
    }

    // A type that consists of an encoding applies it already.
    private static void CheckTwice(RuleContext context)
    {
        if (context.Type?.OwnEncoding(context.Spec) is { } own && context.Encoding(own.Type) is { } repeated)
        {
            Place attribute = Place.Encoding(repeated.Index);
            context.Report(NameRules.DuplicateEncoding, attribute, [own.Type, "2 (once by the attention type)"], Remedy.Of($"Remove this '{own.Type}'", Edit.Remove(attribute)));
        }
    }

    private static void Check(RuleContext context, EncodingSpec t5, Func<string, Place> place)
    {
        int buckets = T5Encoding.Buckets(t5), distance = T5Encoding.MaxDistance(t5);
        if (buckets >= 2 && distance >= 1)
        {
            if (buckets % 2 != 0)
            {
                Edit even = new(place("Buckets"), (buckets + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
                context.Report(BadBuckets, place("Buckets"), [buckets, distance, "half of the buckets are for exact distances (or for keys after the query), so there must be an even number"], Remedy.Of($"Set Buckets = {buckets + 1}", even));
            }
            else if (distance <= buckets / 2)
            {
                string name = t5.Find("MaxDistance") is null ? "Buckets" : "MaxDistance";
                context.Report(BadBuckets, place(name), [buckets, distance, $"up to Buckets / 2 = {buckets / 2} distances are exact, so MaxDistance must be greater"]);
            }
        }

        CheckScale(context);
    }

    private static void CheckScale(RuleContext context)
    {
        AttentionShape shape = context.Shape;
        string? written = context.Spec.Find("Scale") is not null ? "Scale" : context.Spec.Find("Temperature") is not null ? "Temperature" : null;
        double root = Math.Sqrt(shape.HeadDim);
        if (written is not null && shape.HeadDim > 1 && Math.Abs((shape.Scale * root) - 1) < Nearness)
        {
            Place argument = Place.Of(context.Spec, written);
            context.Report(Scaled, argument, [shape.Scale], Remedy.Of($"Remove {written}", Edit.Remove(argument)));
        }
    }
}
