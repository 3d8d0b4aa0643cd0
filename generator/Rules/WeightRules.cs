using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Rules about weights that a call reads from elsewhere; the analyzer checks them where the call stands.</summary>
public static class WeightRules
{
    public static readonly DiagnosticDescriptor LayoutUnspecified = new(
        "ATTN024", "Rotary layout of imported weights is not specified", "Weights are trained for one order of the rotated features, and '{0}' does not say which: write Layout = RotaryLayout.Half (GPT-NeoX, Hugging Face, AttentionGen's default) or RotaryLayout.Interleaved (RoFormer, GPT-J, Llama's own files) on its '{1}'", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN024.md");

    /// <summary>Which rotary encoding of a declaration leaves its layout open, by index; null: none does.</summary>
    public static int? OpenLayout(AttentionSpec spec)
    {
        int index = spec.Encodings.ToList().FindIndex(static encoding => Catalog.Catalog.FindEncoding(encoding.Type) is RotaryEncoding && encoding.Find("Layout") is null);
        return index < 0 ? null : index;
    }

    /// <summary>The two ways to say it.</summary>
    public static IReadOnlyList<Remedy> Remedies(int encoding) =>
    [
        .. new[] { "Half", "Interleaved" }.Select(layout => Remedy.Of($"Add Layout = RotaryLayout.{layout}", new Edit(Place.Encoding(encoding, "Layout"), "global::AttentionGen.RotaryLayout." + layout))),
    ];
}
