using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a type that should hide keys hides any, over the longest sequences declared.</summary>
internal static class CoverageRules
{
    public static readonly DiagnosticDescriptor CoversAll = new(
        "ATTN007", "Pattern covers the whole sequence", "{0}: {1}; use full attention, or {2}", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN007.md");

    private const string HidesNothing = "it hides nothing";

    public static void Check(RuleContext context)
    {
        int keys = KeyLength(context);
        if (context.Window is { } window)
        {
            CheckWindow(context, window, keys);
            return;
        }

        // The distance between a query and a key is less than the longer of the two lengths, wherever they line up.
        int longest = System.Math.Max(context.Shape.MaxLength, keys);
        (string? written, string what, string instead) = context.Type switch
        {
            LocalGlobalAttention when context.Spec.Int("Fusion") == 0 => LocalGlobal(context, longest),
            BlockAttention => Blocks(context, longest),
            StridedAttention => Strided(context, longest),
            KvStridedAttention when context.Spec.Int("Stride", 4) == 1 => ("Stride", "Stride = 1 keeps every key", "a greater stride"),
            LandmarkAttention when keys > 0 && context.Spec.Int("Landmarks", 64) == keys => ("Landmarks", $"{keys} landmarks are all of the at most {keys} keys", "fewer"),
            _ => (null, "", ""),
        };
        if (written is not null)
        {
            Report(context, written, what, HidesNothing, instead, "Change to full attention");
        }
    }

    /// <summary>The longest key sequence; 0: open.</summary>
    private static int KeyLength(RuleContext context) =>
        context.Spec.Host.IsStatic || context.Shape.Cross || context.Spec.Cache is not null ? context.Shape.MaxKeyLength : context.Shape.MaxLength;

    private static void CheckWindow(RuleContext context, WindowShape window, int keys)
    {
        bool isSound = window.Symmetric is null ? window.Left >= 0 && window.Right >= 0 : window.Symmetric > 0;
        bool hidesNothing = window.Left >= keys - 1 && (context.Shape.Causal || window.Right >= keys - 1);
        if (!isSound || keys <= 0 || (!hidesNothing && !(window.Symmetric >= keys)))
        {
            return;
        }

        string? written = new[] { "Window", "WindowLeft", "WindowRight" }.FirstOrDefault(name => context.Spec.Find(name) is not null);
        Report(
            context,
            written ?? "Type",
            $"The window reaches {window.Left} keys to the left and {window.Right} to the right, and sequences hold at most {keys} keys",
            hidesNothing ? HidesNothing : "it hides only the pairs further apart",
            "a smaller window",
            "Change to full attention" + (hidesNothing ? "" : " (every pair visible)"));
    }

    private static (string?, string, string) LocalGlobal(RuleContext context, int longest)
    {
        int reach = LocalGlobalAttention.Window(context.Spec) / 2, tokens = context.Spec.Int("GlobalTokens", 4);
        return longest <= 0 ? (null, "", "")
            : reach >= longest - 1 ? ("Window", $"The window reaches {reach} keys to each side, and sequences hold at most {longest}", "a smaller window")
            : tokens >= longest ? ("GlobalTokens", $"{tokens} global tokens are all of the at most {longest} in a sequence", "fewer")
            : (null, "", "");
    }

    private static (string?, string, string) Blocks(RuleContext context, int longest)
    {
        KeyRange range = context.Type!.DeclaredRange(context.Spec);
        bool lengthsDiffer = context.Shape.MaxKeyLength != context.Shape.MaxLength && context.Shape.Alignment == 2;
        long blocks = (longest + (long)range.BlockSize - 1) / range.BlockSize;
        return longest > 0 && !lengthsDiffer && context.Spec.Int("BlockSize", 1) > 0 && range.Neighbours >= blocks - 1
            ? ("BlockSize", $"A query sees {(2L * range.Neighbours) + 1} blocks of {range.BlockSize}, and sequences hold at most {longest} positions in {blocks}", "smaller blocks")
            : (null, "", "");
    }

    private static (string?, string, string) Strided(RuleContext context, int longest)
    {
        int local = context.Spec.Int("Local", 1);
        return context.Spec.Int("Stride", 64) == 1 ? ("Stride", "Stride = 1 keeps every key", "a greater stride")
            : longest > 0 && local >= longest - 1 ? ("Local", $"Local = {local} reaches every key of at most {longest}", "a smaller Local")
            : (null, "", "");
    }

    private static void Report(RuleContext context, string argument, string what, string effect, string instead, string title)
    {
        IEnumerable<Edit> edits = context.Type!.Parameters
            .Where(parameter => context.Spec.Find(parameter.Name) is not null)
            .Select(parameter => Edit.Remove(Place.Of(context.Spec, parameter.Name)))
            .Prepend(new Edit(Place.Attention("Type"), "\"standard\""));
        context.Report(CoversAll, Place.Attention(context.Spec.Find(argument) is null ? "Type" : argument), [what, effect, instead], new Remedy(title, new EquatableArray<Edit>(edits)));
    }
}
