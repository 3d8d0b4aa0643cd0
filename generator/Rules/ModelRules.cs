using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a layer fits the model that it belongs to, as the class's or the assembly's <c>[Model]</c> describes it.</summary>
internal static class ModelRules
{
    public static readonly DiagnosticDescriptor WidthDiffers = new(
        "ATTN082", "Layer is not as wide as its model", "'{0}' takes and gives {1} features, but {2} has DModel = {3}: what the other layers give can't be passed to it; remove DModel, or give the class a [Model] of its own", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN082.md");

    public static readonly DiagnosticDescriptor LengthExceeds = new(
        "ATTN083", "Layer is longer than its model", "'{0}' takes up to {1} positions, but {2} holds at most {3}: the rest is never used; remove MaxLength, or raise the model's", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN083.md");

    public static void Check(RuleContext context)
    {
        if (!context.Spec.Host.IsStatic && Replaced(context, "DModel") is { } width && width.Number != context.Shape.DModel)
        {
            Report(context, WidthDiffers, "DModel", context.Shape.DModel, width);
        }

        if (Replaced(context, "MaxLength") is { Number: > 0 } length && context.Shape.MaxLength > length.Number)
        {
            Report(context, LengthExceeds, "MaxLength", context.Shape.MaxLength, length);
        }
    }

    // Only what is written on [Attention] counts: a class's model replaces the assembly's on purpose.
    private static ArgumentSpec? Replaced(RuleContext context, string name) =>
        context.Spec.Find(name) is { Source: ArgumentSource.Attention } ? context.Spec.Replaced.FirstOrDefault(argument => argument.Name == name) : null;

    private static void Report(RuleContext context, DiagnosticDescriptor rule, string name, int number, ArgumentSpec model)
    {
        Place place = Place.Attention(name);
        string whose = model.Source == ArgumentSource.ClassModel ? "the class's [Model]" : "the assembly's [Model]";
        context.Report(rule, place, [context.Spec.Host.Name, number, whose, model.Number], Remedy.Of($"Remove {name}", Edit.Remove(place)));
    }
}
