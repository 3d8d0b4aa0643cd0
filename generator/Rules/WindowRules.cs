using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether local attention's window means something, and what its author thinks.</summary>
internal static class WindowRules
{
    public static readonly DiagnosticDescriptor WindowNotPositive = new(
        "ATTN005", "Window is not positive", "{0} = {1} leaves no window; give {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN005.md");

    public static readonly DiagnosticDescriptor EvenWindow = new(
        "ATTN006", "Even symmetric window holds one key more", "Window = {0} keeps {1} keys, not {0}: {2} to each side and the query's own{3}; write the bounds out, or Window = {4} for {4} keys", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN006.md");

    public static readonly DiagnosticDescriptor WindowCoversAll = new(
        "ATTN007", "Window is as long as the sequence", "The window reaches {0} keys to the left and {1} to the right, and sequences hold at most {2} keys: {3}; use full attention, or a smaller window", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN007.md");

    private static readonly string[] Own = ["Window", "WindowLeft", "WindowRight", "Sinks"];

    public static void Check(RuleContext context)
    {
        if (context.Window is not { } window)
        {
            return;
        }

        bool positive = CheckPositive(context, window);
        if (positive && window.Symmetric is { } symmetric && symmetric % 2 == 0 && context.Spec.Find("Window") is not null)
        {
            ReportEven(context, window, symmetric);
        }

        if (positive && context.Shape.MaxKeyLength > 0)
        {
            CheckCoverage(context, window, KeyLength(context));
        }
    }

    private static int KeyLength(RuleContext context) =>
        context.Spec.Host.IsStatic || context.Shape.Cross ? context.Shape.MaxKeyLength : context.Shape.MaxLength;

    private static bool CheckPositive(RuleContext context, WindowShape window)
    {
        if (window.Symmetric is <= 0)
        {
            Place place = Place.Of(context.Spec, "Window");
            context.Report(WindowNotPositive, place, ["Window", window.Symmetric.Value, "at least 1 key, or leave it out for 128"], Remedy.Of("Remove Window", Edit.Remove(place)));
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
            [symmetric, window.Keys, window.Left, visible, symmetric - 1],
            Remedy.Of(
                $"Write the bounds: WindowLeft = {window.Left}, WindowRight = {right}",
                Edit.Remove(place),
                Edit.Set(Place.Attention("WindowLeft"), window.Left),
                Edit.Set(Place.Attention("WindowRight"), right)),
            Remedy.Of($"Set Window = {symmetric - 1}", Edit.Set(place, symmetric - 1)));
    }

    private static void CheckCoverage(RuleContext context, WindowShape window, int keys)
    {
        bool causal = context.Shape.Causal;
        bool hidesNothing = window.Left >= keys - 1 && (causal || window.Right >= keys - 1);
        if (keys <= 0 || (!hidesNothing && !(window.Symmetric >= keys)))
        {
            return;
        }

        string effect = hidesNothing ? "it hides nothing" : "it hides only the pairs further apart";
        string title = "Change to full attention" + (hidesNothing ? "" : " (every pair visible)");
        IEnumerable<Edit> edits = Own
            .Where(name => context.Spec.Find(name) is not null)
            .Select(name => Edit.Remove(Place.Of(context.Spec, name)))
            .Prepend(new Edit(Place.Attention("Type"), "\"standard\""));
        string written = Own.Take(3).FirstOrDefault(name => context.Spec.Find(name) is not null) ?? "Type";
        context.Report(
            WindowCoversAll,
            Place.Attention(written),
            [window.Left, window.Right, keys, effect],
            new Remedy(title, new EquatableArray<Edit>(edits)));
    }
}
