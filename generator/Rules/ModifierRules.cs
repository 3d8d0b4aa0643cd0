using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the modifiers' numbers mean something.</summary>
public static class ModifierRules
{
    public static readonly DiagnosticDescriptor BadDropout = new(
        "ATTN030", "Dropout does not drop", "Dropout = {0} {1}; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN030.md");

    public static readonly DiagnosticDescriptor BadSoftcap = new(
        "ATTN033", "Softcap is not positive", "Softcap = {0} can't bound scores; it must be a positive finite FP32 number whose reciprocal FP32 holds, and left out there is no cap", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN033.md");

    public static readonly DiagnosticDescriptor BadSinkLogits = new(
        "ATTN034", "Sink logits do not fit the heads", "SinkLogits needs one number for each of the {0} heads, finite or negative infinity; {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN034.md");

    /// <summary>The milder case of ATTN030, for the analyzer, which alone sees the calls: dropout that nothing in the project ever turns on. Null: there is none declared.</summary>
    public static Violation? NeverDrops(AttentionSpec spec)
    {
        if (spec.Find("Dropout") is not { Number: > 0 and < 1 } dropout || Catalog.Catalog.FindType(spec.Type) is not { Family: Catalog.KernelFamily.Softmax })
        {
            return null;
        }

        Place place = Place.Of(spec, "Dropout");
        string[] words = [RuleContext.Word(dropout.Number), $"never drops anything: '{spec.Host.Name}' is not public, and no call in this project gives a DropoutSeed", "remove it, or give calls a seed in training"];
        return new Violation(BadDropout, place, new EquatableArray<string>(words), new EquatableArray<Remedy>([Remedy.Of("Remove Dropout", Edit.Remove(place))])) { Severity = DiagnosticSeverity.Warning };
    }

    internal static void Check(RuleContext context)
    {
        if (context.Spec.Find("Dropout") is { } dropout && !(dropout.Number >= 0 && dropout.Number < 1))
        {
            Place place = Place.Of(context.Spec, "Dropout");
            context.Report(BadDropout, place, [dropout.Number, "is no probability of dropping a weight", "it must be at least 0 and less than 1"], Remedy.Of("Remove Dropout", Edit.Remove(place)));
        }

        if (context.Spec.Find("Softcap") is { } softcap && !ScaleRules.IsFactor(softcap.Number, context.Shape.Scale))
        {
            Report(context, BadSoftcap, softcap);
        }

        if (context.Spec.Find("SinkLogits") is { } sinks)
        {
            CheckSinks(context, sinks);
        }
    }

    private static void CheckSinks(RuleContext context, ArgumentSpec sinks)
    {
        int heads = context.Spec.Int("Heads");
        if (heads is <= 0 or > SharedParameters.GreatestSize)
        {
            return;
        }

        string? wrong =
            sinks.Numbers.Count != heads ? $"{RuleContext.Word(sinks.Numbers.Count)} are given"
            : sinks.Numbers.Any(static logit => float.IsNaN(logit) || float.IsPositiveInfinity(logit)) ? "one of them is NaN or infinite"
            : null;
        if (wrong is not null)
        {
            Place place = Place.Of(context.Spec, "SinkLogits");
            context.Report(BadSinkLogits, place, [heads, wrong], Remedy.Of("Remove SinkLogits (all start at 0)", Edit.Remove(place), new Edit(Place.Attention("LearnedSinks"), "true")));
        }
    }

    private static void Report(RuleContext context, DiagnosticDescriptor rule, ArgumentSpec argument)
    {
        Place place = Place.Of(context.Spec, argument.Name);
        context.Report(rule, place, [argument.Number], Remedy.Of($"Remove {argument.Name}", Edit.Remove(place)));
    }
}
