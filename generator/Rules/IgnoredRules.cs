using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether everything that was written has an effect. Values of a <c>[Model]</c> are shared, so only the host's own arguments count.</summary>
internal static class IgnoredRules
{
    public static readonly DiagnosticDescriptor Ignored = new(
        "ATTN046", "Parameter has no effect", "{0} has no effect: {1}; remove it", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN046.md");

    public static void Check(RuleContext context)
    {
        CheckForeignParameters(context);
        if (ScanRules.IsScan(context))
        {
            foreach ((string name, string reason) in ScanRules.Unused(context))
            {
                Report(context, name, reason);
            }
        }
        else
        {
            CheckReplaced(context);
            CheckLengths(context);
            CheckKernelHost(context);
        }

        CheckEncodings(context);
    }

    private static void CheckForeignParameters(RuleContext context)
    {
        if (context.Type is not { } type)
        {
            return;
        }

        IEnumerable<string> foreign = Catalog.Catalog.Types
            .SelectMany(other => other.Parameters.Select(parameter => parameter.Name))
            .Distinct(StringComparer.Ordinal)
            .Where(name => type.Parameters.All(parameter => parameter.Name != name));
        foreach (string name in foreign)
        {
            string owners = string.Join(", ", Catalog.Catalog.Types.Where(other => other.Parameters.Any(parameter => parameter.Name == name)).Select(other => other.Name));
            Report(context, name, $"'{type.Name}' attention does not have it, only {owners}");
        }
    }

    private static void CheckReplaced(RuleContext context)
    {
        AttentionSpec spec = context.Spec;
        if (context.Window is not null)
        {
            if (spec.Find("WindowLeft") is not null || spec.Find("WindowRight") is not null)
            {
                Report(context, "Window", "WindowLeft and WindowRight replace it");
            }

            if (context.Shape.Causal && spec.Int("WindowRight") > 0)
            {
                Report(context, "WindowRight", "the causal mask hides every key to the right of the query");
            }
        }

        if (context.Type?.Family == Catalog.KernelFamily.Linear && context.Type.FeatureMap(spec) is { IsProjected: false })
        {
            const string reason = "'linear' attention maps queries and keys as they are; weights have no scale";
            Report(context, "Scale", reason);
            Report(context, "Temperature", reason);
        }
        else if (spec.Find("Scale") is not null)
        {
            Report(context, "Temperature", "Scale replaces 1/(sqrt(HeadDim) * Temperature)");
        }

        CheckBidirectional(context);
        if (context.Type?.Name == "crossmemory" && spec.Find("Cross") is { Number: 0 })
        {
            Report(context, "Cross", "the type 'crossmemory' always attends to a memory");
        }

        if (context.Type?.Name == "causal" && spec.Find("Causal") is { Number: 0 })
        {
            Report(context, "Causal", "the type 'causal' always hides later keys");
        }
    }

    private static void CheckBidirectional(RuleContext context)
    {
        const string name = "Bidirectional", reason = "a causal mask leaves no keys after the query to have buckets for";
        if (!context.Shape.Causal)
        {
            return;
        }

        if (context.Type?.Name == "t5")
        {
            Report(context, name, reason);
        }

        if (context.Encoding("t5") is { } use && use.Spec.Find(name) is not null)
        {
            Place place = use.Place(name);
            context.Report(Ignored, place, [name, reason], Remedy.Of($"Remove {name}", Edit.Remove(place)));
        }
    }

    private static void CheckLengths(RuleContext context)
    {
        if (!context.Spec.Host.IsStatic && !context.Shape.Cross)
        {
            const string reason = "a layer without Cross has equally many queries and keys";
            Report(context, "CausalAlignment", reason);
            if (context.Spec.Cache is null)
            {
                Report(context, "MaxKeyLength", reason);
            }
        }
        else if (context.Type?.DependsOnAlignment(context.Spec) == false && context.Encodings.All(use => use.Known?.DependsOnAlignment(context.Spec, use.Spec) == false))
        {
            Report(context, "CausalAlignment", "nothing in this declaration depends on where queries and keys line up");
        }
    }

    private static void CheckKernelHost(RuleContext context)
    {
        if (!context.Spec.Host.IsStatic)
        {
            return;
        }

        if (context.Spec.Flag("Bias"))
        {
            Report(context, "Bias", "a static class is a kernel without projections; make the class non-static for a layer");
        }

        if (context.Spec.Int("WeightPrecision") != 0)
        {
            Report(context, "WeightPrecision", "a static class is a kernel without projections; make the class non-static for a layer");
        }

        if (context.Spec.Find("HeadDim") is not null && context.Encodings.All(use => use.Known?.Name is not (null or "sinusoidal")))
        {
            Report(context, "DModel", "a static class is a kernel without projections, and HeadDim gives its size");
        }
    }

    private static void CheckEncodings(RuleContext context)
    {
        foreach (EncodingUse use in context.Encodings)
        {
            if (use.Known is not { } encoding)
            {
                continue;
            }

            foreach (ArgumentSpec argument in use.Spec.Arguments.Where(argument => encoding.Parameters.All(parameter => parameter.Name != argument.Name)))
            {
                Place place = Place.Encoding(use.Index, argument.Name);
                context.Report(Ignored, place, [argument.Name, $"the encoding '{encoding.Name}' does not have it"], Remedy.Of($"Remove {argument.Name}", Edit.Remove(place)));
            }

            if (context.Spec.Host.IsStatic && use.Spec.Flag("Learnable") && encoding.TableStart(use.Spec) is not null)
            {
                Place learnable = Place.Encoding(use.Index, "Learnable");
                context.Report(Ignored, learnable, ["Learnable", "a learned table belongs to a layer, and a static class is a kernel without one"], Remedy.Of("Remove Learnable", Edit.Remove(learnable)));
            }

            string? reason = encoding.Name switch
            {
                "learned" when context.Spec.Host.IsStatic => "its table belongs to a layer, and a static class is a kernel whose q, k, v already contain it",
                "none" when context.Encodings.Count > 1 => "there is another encoding",
                _ => null,
            };
            if (reason is not null)
            {
                Place attribute = Place.Encoding(use.Index);
                context.Report(Ignored, attribute, [$"The encoding '{encoding.Name}'", reason], Remedy.Of($"Remove '{encoding.Name}'", Edit.Remove(attribute)));
            }
        }
    }

    private static void Report(RuleContext context, string name, string reason)
    {
        if (context.Spec.Find(name) is { Source: ArgumentSource.Attention })
        {
            Place place = Place.Attention(name);
            context.Report(Ignored, place, [name, reason], Remedy.Of($"Remove {name}", Edit.Remove(place)));
        }
    }
}
