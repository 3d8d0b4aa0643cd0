using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether what acts on scores meets a type that has scores: linear attention and state spaces have none, and no softmax either.</summary>
internal static class SoftmaxRules
{
    public static readonly DiagnosticDescriptor NeedsSoftmax = new(
        "ATTN059", "Needs a softmax", "{0} acts on the scores of a softmax, and '{1}' attention has none; remove it, or use a softmax type", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN059.md");

    private static readonly string[] Modifiers = ["Softcap", "QkNorm", "LearnedSinks", "SinkLogits", "Dropout"];

    /// <summary>Floats of one key/value head's state, 256 MiB.</summary>
    private const long GreatestState = 1 << 26;

    public static void Check(RuleContext context)
    {
        if (context.Type is not { } type || type.Family == KernelFamily.Softmax)
        {
            return;
        }

        foreach (string name in Modifiers.Where(name => context.Spec.Find(name) is { Source: ArgumentSource.Attention } written && (written.Number != 0 || written.Numbers.Count > 0)))
        {
            Place place = Place.Attention(name);
            context.Report(NeedsSoftmax, place, [name, type.Name], Remedy.Of($"Remove {name}", Edit.Remove(place)));
        }

        foreach (EncodingUse use in context.Encodings.Where(use => use.Known?.ScoreSteps(context.Spec, use.Spec).Any() == true || use.Known?.Distances(use.Spec) is not null))
        {
            Place place = Place.Encoding(use.Index);
            context.Report(NeedsSoftmax, place, [$"The encoding '{use.Known!.Name}'", type.Name], Remedy.Of($"Remove '{use.Known.Name}'", Edit.Remove(place)));
        }

        CheckState(context, type);
    }

    private static void CheckState(RuleContext context, AttentionType type)
    {
        AttentionShape shape = context.Shape;
        bool isSane = shape.HeadDim is > 0 and <= SharedParameters.GreatestSize && shape.ValueDim is > 0 and <= SharedParameters.GreatestSize;
        if (isSane && type.FeatureMap(context.Spec) is { } map && map.Features > 0 && (long)map.Features * System.Math.Max(shape.HeadDim, shape.ValueDim) > GreatestState)
        {
            string name = map.IsProjected ? "Features" : "HeadDim";
            context.Report(RangeRules.OutOfRange, Place.Of(context.Spec, name), [name, map.Features, $"features whose product with the head and value dims is at most {RuleContext.Word(GreatestState)}"]);
        }
    }
}
