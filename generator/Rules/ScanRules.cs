using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether what is written on a scan means something for one: it has no heads, queries, keys or scores, and reads one sequence in order.</summary>
internal static class ScanRules
{
    public static readonly DiagnosticDescriptor NeedsKeys = new(
        "ATTN062", "Needs queries and keys", "{0} acts on queries and keys, and '{1}' has none: {2}; remove it", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN062.md");

    /// <summary>Channels, and channels times states, past which a declaration is taken for a slip.</summary>
    private const long GreatestWidth = 1 << 20, GreatestState = 1 << 26;

    public static bool IsScan(RuleContext context) => context.Type?.Family == KernelFamily.Scan;

    public static void Check(RuleContext context)
    {
        if (!IsScan(context))
        {
            return;
        }

        foreach (EncodingUse use in context.Encodings.Where(use => use.Known is not null && use.Known.Name != "none"))
        {
            // What acts on scores is said by the softmax rule.
            bool isSaid = use.Known!.ScoreSteps(context.Spec, use.Spec).Any() || use.Known.Distances(use.Spec) is not null;
            if (!isSaid)
            {
                Place place = Place.Encoding(use.Index);
                context.Report(NeedsKeys, place, [$"The encoding '{use.Known.Name}'", context.Type!.Name, "the scan itself keeps the order of positions"], Remedy.Of($"Remove '{use.Known.Name}'", Edit.Remove(place)));
            }
        }

        if (context.Spec.Flag("Cross"))
        {
            Place place = Place.Of(context.Spec, "Cross");
            context.Report(NeedsKeys, place, ["Cross", context.Type!.Name, "it reads one sequence"], Remedy.Of("Remove Cross", Edit.Remove(place)));
        }

        CheckSizes(context);
    }

    /// <summary>Arguments of an attention that a scan has no use for, each with the reason.</summary>
    public static IEnumerable<(string Name, string Reason)> Unused(RuleContext context)
    {
        const string heads = "a scan has channels (InnerDim = Expansion * DModel), not heads", scores = "a scan has no scores", keys = "a scan reads one sequence, not keys of another";
        foreach (string name in new[] { "Heads", "KvHeads", "HeadDim", "ValueDim" })
        {
            yield return (name, heads);
        }

        yield return ("Scale", scores);
        yield return ("Temperature", scores);
        yield return ("MaxKeyLength", keys);
        yield return ("CausalAlignment", keys);
        yield return ("Bias", "the projections of mamba have none, but for dt_proj and conv1d, which always do");
        if (context.Spec.Host.IsStatic)
        {
            yield return ("Convolution", "a static class is the scan alone; make the class non-static for a layer");
            yield return ("DtRank", "a static class is the scan alone; make the class non-static for a layer");
        }

        if (context.Spec.Find("Causal") is { Number: 0 })
        {
            yield return ("Causal", "a scan never sees later positions");
        }
    }

    private static void CheckSizes(RuleContext context)
    {
        MambaShape shape = MambaShape.Of(context.Spec);
        bool isSane = shape.DModel is > 0 and <= SharedParameters.GreatestSize && shape.StateSize > 0;
        long channels = (long)shape.DModel * context.Spec.Int("Expansion", 2);
        if (isSane && (channels > GreatestWidth || channels * shape.StateSize > GreatestState))
        {
            context.Report(
                RangeRules.OutOfRange,
                Place.Of(context.Spec, "DModel"),
                ["DModel", shape.DModel, $"at most {RuleContext.Word(GreatestWidth)} channels (Expansion * DModel) and {RuleContext.Word(GreatestState)} states in all"]);
        }
    }
}
