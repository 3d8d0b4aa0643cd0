using System;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether it is said how queries and keys line up where their lengths may differ, and every query then sees a key.</summary>
internal static class CausalRules
{
    public static readonly DiagnosticDescriptor AlignmentMissing = new(
        "ATTN008", "Cross-attention needs a causal alignment", "{0} attention over another sequence must say how queries and keys line up when the lengths differ; add CausalAlignment = TopLeft (query 0 at key 0) or BottomRight (last query at last key)", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN008.md");

    public static readonly DiagnosticDescriptor EmptyRows = new(
        "ATTN009", "Some queries see no key", "With BottomRight alignment, {0} queries over {1} keys leave the first {2} queries without any key, and their output is zeros; raise MaxKeyLength to {3} or use TopLeft", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN009.md");

    private const int BottomRight = 2;
    private const string Alignment = "CausalAlignment";

    public static void Check(RuleContext context)
    {
        if (context.Type?.DependsOnQuery(context.Spec) != true)
        {
            return;
        }

        if (context.Shape.Cross && context.Shape.Alignment == 0)
        {
            Place place = Place.Attention(Alignment);
            context.Report(
                AlignmentMissing,
                Place.Of(context.Spec, context.Spec.Find(Alignment) is null ? "Cross" : Alignment),
                [context.Shape.Causal ? "Causal" : char.ToUpperInvariant(context.Type.Name[0]) + context.Type.Name.Substring(1)],
                Remedy.Of("Add CausalAlignment.BottomRight", new Edit(place, "global::AttentionGen.CausalAlignment.BottomRight")),
                Remedy.Of("Add CausalAlignment.TopLeft", new Edit(place, "global::AttentionGen.CausalAlignment.TopLeft")));
        }

        if (context.Shape.Causal || context.Window is not null)
        {
            CheckEmptyRows(context);
        }
    }

    private static void CheckEmptyRows(RuleContext context)
    {
        (int queries, int keys) = (context.Shape.MaxLength, context.Shape.MaxKeyLength);
        bool lengthsDiffer = context.Spec.Host.IsStatic || context.Shape.Cross;
        if (!lengthsDiffer || context.Shape.Alignment != BottomRight || keys <= 0 || queries <= keys)
        {
            return;
        }

        // Without a causal mask a query before the first key still reaches right, and sinks are visible to all.
        long reach = context.Shape.Causal ? 0 : context.Window!.Sinks > 0 ? int.MaxValue : Math.Max(context.Window.Right, 0);
        long empty = queries - (long)keys - reach;
        if (empty > 0)
        {
            context.Report(
                EmptyRows,
                Place.Of(context.Spec, Alignment),
                [queries, keys, empty, queries],
                Remedy.Of("Use CausalAlignment.TopLeft", new Edit(Place.Attention(Alignment), "global::AttentionGen.CausalAlignment.TopLeft")));
        }
    }
}
