using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a window means something, and what its author thinks.</summary>
internal static class WindowRules
{
    public static readonly DiagnosticDescriptor WindowNotPositive = new(
        "ATTN005", "Window is not positive", "{0} = {1} leaves no window; give {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN005.md");

    public static readonly DiagnosticDescriptor EvenWindow = new(
        "ATTN006", "Even symmetric window holds one key more", "Window = {0} keeps {1} keys, not {0}: {2} to each side and the query's own{3}; {5}, or Window = {4} for {4} keys", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN006.md");

    public static void Check(RuleContext context)
    {
        if (Of(context) is not { } window)
        {
            return;
        }

        if (CheckPositive(context, window) && window.Symmetric is { } symmetric && symmetric % 2 == 0 && context.Spec.Find("Window") is not null)
        {
            ReportEven(context, window, symmetric);
        }
    }

    /// <summary>The window of local or localglobal attention; null for other types.</summary>
    public static WindowShape? Of(RuleContext context)
    {
        if (context.Type is not LocalGlobalAttention)
        {
            return context.Window;
        }

        int window = LocalGlobalAttention.Window(context.Spec);
        return new WindowShape(window / 2, window / 2, 0, window);
    }

    private static bool CheckPositive(RuleContext context, WindowShape window)
    {
        if (window.Symmetric is <= 0)
        {
            Place place = Place.Of(context.Spec, "Window");
            string usual = context.Type!.Parameters.First(static parameter => parameter.Name == "Window").Default;
            context.Report(WindowNotPositive, place, ["Window", window.Symmetric.Value, $"at least 1 key, or leave it out for {usual}"], Remedy.Of("Remove Window", Edit.Remove(place)));
            return false;
        }

        bool positive = true;
        foreach (string bound in new[] { "WindowLeft", "WindowRight" }.Where(bound => context.Spec.Int(bound) < 0))
        {
            Place place = Place.Of(context.Spec, bound);
            context.Report(WindowNotPositive, place, [bound, context.Spec.Int(bound), "0 or more keys; 0 ends the window at the query's own key"], Remedy.Of($"Set {bound} = 0", Edit.Set(place, 0)));
            positive = false;
        }

        return positive;
    }

    private static void ReportEven(RuleContext context, WindowShape window, int symmetric)
    {
        bool causal = context.Shape.Causal;
        int right = causal ? 0 : window.Right;
        string visible = causal ? $" (of which the causal mask leaves {RuleContext.Word(window.Left + 1)})" : "";
        Place place = Place.Of(context.Spec, "Window");
        context.Report(
            EvenWindow,
            place,
            [symmetric, window.Keys, window.Left, visible, symmetric - 1, context.Window is null ? $"write Window = {window.Keys}, which means the same" : "write the bounds out"],
            context.Window is null
                ? Remedy.Of($"Set Window = {window.Keys} (the same keys)", Edit.Set(place, window.Keys))
                : Remedy.Of(
                $"Write the bounds: WindowLeft = {window.Left}, WindowRight = {right}",
                Edit.Remove(place),
                Edit.Set(Place.Attention("WindowLeft"), window.Left),
                Edit.Set(Place.Attention("WindowRight"), right)),
            Remedy.Of($"Set Window = {symmetric - 1}", Edit.Set(place, symmetric - 1)));
    }
}
