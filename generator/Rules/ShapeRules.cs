using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the shape is given, and its numbers divide.</summary>
internal static class ShapeRules
{
    public static readonly DiagnosticDescriptor HeadsDoNotDivideModel = new(
        "ATTN001", "DModel is not divisible by Heads", "DModel = {0} can't be split over Heads = {1} ({0} mod {1} is {2}); the nearest divisor is Heads = {3} with {4} features each, or set HeadDim", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN001.md");

    public static readonly DiagnosticDescriptor KvHeadsDoNotDivideHeads = new(
        "ATTN002", "Heads is not divisible by KvHeads", "Heads = {0} query heads can't share KvHeads = {1} evenly; valid counts are {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN002.md");

    public static readonly DiagnosticDescriptor ShapeMissing = new(
        "ATTN051", "Attention shape is missing", "The shape of '{0}' is incomplete: {1} missing; write it on [Attention], or once for all on [Model] of the class or the assembly", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN051.md");

    private const int UsualHeadDim = 64;
    private const int UsualHeads = 8;
    private const int CountsListed = 12;

    public static void Check(RuleContext context)
    {
        if (ScanRules.IsScan(context))
        {
            CheckWidth(context);
            return;
        }

        CheckPresence(context);
        CheckHeads(context);
        CheckKvHeads(context);
    }

    private static void CheckPresence(RuleContext context)
    {
        AttentionSpec spec = context.Spec;
        bool lacksHeads = spec.Find("Heads") is null;
        bool lacksWidth = spec.Find("DModel") is null && spec.Find("HeadDim") is null;
        if (!lacksHeads && !lacksWidth)
        {
            return;
        }

        int heads = lacksHeads ? LikelyHeads(spec.Int("DModel")) : spec.Int("Heads");
        var edits = new List<Edit>();
        if (lacksWidth)
        {
            edits.Add(Edit.Set(Place.Attention("DModel"), (long)Math.Max(heads, 1) * UsualHeadDim));
        }

        if (lacksHeads)
        {
            edits.Add(Edit.Set(Place.Attention("Heads"), heads));
        }

        string missing = (lacksHeads, lacksWidth) switch
        {
            (true, true) => "Heads, and DModel or HeadDim, are",
            (true, false) => "Heads is",
            _ => "DModel or HeadDim is",
        };
        string title = "Insert " + string.Join(", ", edits.Select(edit => $"{edit.Place.Argument} = {edit.Value}"));
        context.Report(ShapeMissing, Place.Attention(), [spec.Host.Name, missing], new Remedy(title, new EquatableArray<Edit>(edits)));
    }

    // A scan has channels, not heads.
    private static void CheckWidth(RuleContext context)
    {
        if (context.Spec.Find("DModel") is null)
        {
            Edit edit = Edit.Set(Place.Attention("DModel"), (long)UsualHeads * UsualHeadDim);
            context.Report(ShapeMissing, Place.Attention(), [context.Spec.Host.Name, "DModel is"], new Remedy($"Insert DModel = {edit.Value}", new EquatableArray<Edit>([edit])));
        }
    }

    private static int LikelyHeads(int dModel) =>
        dModel is > 0 and <= SharedParameters.GreatestSize ? NearestDivisor(dModel, Math.Max(1, dModel / UsualHeadDim)) : UsualHeads;

    private static void CheckHeads(RuleContext context)
    {
        (int dModel, int heads) = (context.Spec.Int("DModel"), context.Spec.Int("Heads"));
        if (context.Spec.Find("HeadDim") is not null || !IsSize(dModel) || !IsSize(heads) || dModel % heads == 0)
        {
            return;
        }

        int divisor = NearestDivisor(dModel, heads);
        long multiple = Math.Max(1, (long)Math.Round(dModel / (double)heads)) * heads;
        context.Report(
            HeadsDoNotDivideModel,
            Place.Of(context.Spec, "Heads"),
            [dModel, heads, dModel % heads, divisor, dModel / divisor],
            Remedy.Of($"Set Heads = {divisor}", Edit.Set(context.Spec, "Heads", divisor)),
            Remedy.Of($"Set DModel = {multiple}", Edit.Set(context.Spec, "DModel", multiple)));
    }

    private static void CheckKvHeads(RuleContext context)
    {
        (int heads, int kvHeads) = (context.Spec.Int("Heads"), context.Shape.KvHeads);
        if (!IsSize(heads) || (kvHeads > 0 && heads % kvHeads == 0))
        {
            return;
        }

        List<int> counts = Divisors(heads);
        string listed = string.Join(", ", counts.Take(CountsListed)) + (counts.Count > CountsListed ? ", ..." : "");
        context.Report(
            KvHeadsDoNotDivideHeads,
            Place.Of(context.Spec, "KvHeads"),
            [heads, kvHeads, listed],
            [.. Nearest(counts, kvHeads).Take(3).Select(count => Remedy.Of($"Set KvHeads = {count}", Edit.Set(context.Spec, "KvHeads", count)))]);
    }

    private static bool IsSize(int number) => number is > 0 and <= SharedParameters.GreatestSize;

    private static int NearestDivisor(int number, int wanted) => Nearest(Divisors(number), wanted).First();

    // On equal distance the smaller count comes first: it means larger heads.
    private static IEnumerable<int> Nearest(IEnumerable<int> counts, int wanted) =>
        counts.OrderBy(count => Math.Abs((long)count - wanted)).ThenBy(count => count);

    private static List<int> Divisors(int number) => [.. Enumerable.Range(1, number).Where(divisor => number % divisor == 0)];
}
