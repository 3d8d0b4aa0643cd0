using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the counts of patterned types mean something, and the type can be what else is declared.</summary>
internal static class PatternRules
{
    public static readonly DiagnosticDescriptor BadLandmarks = new(
        "ATTN026", "Landmarks do not fit the keys", "Landmarks = {0} {1}; give {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN026.md");

    public static readonly DiagnosticDescriptor BadCount = new(
        "ATTN027", "Pattern count is not positive", "{0} = {1} leaves no pattern; give at least 1, or leave it out for {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN027.md");

    public static readonly DiagnosticDescriptor FutureLeak = new(
        "ATTN028", "Type sees the future", "'{0}' attention {1}; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN028.md");

    public static readonly DiagnosticDescriptor OddSplit = new(
        "ATTN050", "Differential heads do not split", "'differential' attention compares the two halves of each head, but a head has {0} features; give an even HeadDim", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN050.md");

    private static readonly (string Name, string[] Types)[] Counts = [("Stride", ["strided", "kvstrided"]), ("BlockSize", ["block"]), ("GlobalTokens", ["localglobal"])];

    public static void Check(RuleContext context)
    {
        string type = context.Type?.Name ?? "";
        CheckLandmarks(context, type);
        foreach ((string name, string[] types) in Counts.Where(count => count.Types.Contains(type)))
        {
            if (context.Spec.Find(name) is { Number: < 1 } count)
            {
                Place place = Place.Of(context.Spec, name);
                string usual = context.Type!.Parameters.First(parameter => parameter.Name == name).Default;
                context.Report(BadCount, place, [name, count.Number, usual], Remedy.Of($"Remove {name}", Edit.Remove(place)));
            }
        }

        string? leak = type switch
        {
            "landmark" => "where its landmarks stand depends on the length of the whole sequence",
            "localglobal" => "its global tokens see every key",
            _ => null,
        };
        if (leak is not null && context.Shape.Causal)
        {
            Place place = Place.Of(context.Spec, "Causal");
            Remedy remedy = context.Spec.Find("Causal")?.Source == ArgumentSource.Attention
                ? Remedy.Of("Remove Causal", Edit.Remove(place))
                : Remedy.Of("Set Causal = false", new Edit(Place.Attention("Causal"), "false"));
            context.Report(FutureLeak, place, [type, $"can't be causal: {leak}", "use 'local' with Sinks, or remove Causal"], remedy);
        }

        CheckCausalModel(context);

        if (type == "differential" && context.Shape.HeadDim is > 0 and <= SharedParameters.GreatestSize && context.Shape.HeadDim % 2 != 0)
        {
            string written = context.Spec.Find("HeadDim") is null ? "Type" : "HeadDim";
            context.Report(OddSplit, written == "Type" ? Place.Attention("Type") : Place.Of(context.Spec, written), [context.Shape.HeadDim]);
        }
    }

    // A state that sums over all keys says nothing of where they come from: a layer like that in a causal model leaks and still trains.
    private static void CheckCausalModel(RuleContext context)
    {
        if (context.Type is { Family: KernelFamily.Linear } type
            && context.Shape is { Causal: false, Cross: false }
            && context.Spec.Replaced.FirstOrDefault(static argument => argument.Name == "Causal") is { Number: not 0, Source: var source })
        {
            Place place = Place.Of(context.Spec, "Causal");
            string model = source == ArgumentSource.ClassModel ? "the class's [Model]" : "the assembly's [Model]";
            context.Report(FutureLeak, place, [type.Name, $"that is not causal sums over all keys, later ones included, and {model} says that the model is causal", "remove Causal = false"], Remedy.Of("Remove Causal = false", Edit.Remove(place)));
        }
    }

    private static void CheckLandmarks(RuleContext context, string type)
    {
        if (type != "landmark" || context.Spec.Find("Landmarks") is not { } landmarks)
        {
            return;
        }

        int keys = context.Shape.MaxKeyLength;
        Place place = Place.Of(context.Spec, "Landmarks");
        if (landmarks.Number < 1)
        {
            context.Report(BadLandmarks, place, [landmarks.Number, "leaves no key", "at least 1, or leave it out for 64"], Remedy.Of("Remove Landmarks", Edit.Remove(place)));
        }
        else if (keys > 0 && landmarks.Number > keys)
        {
            context.Report(BadLandmarks, place, [landmarks.Number, $"is more than the {RuleContext.Word(keys)} keys there may be", "fewer, or use 'standard' attention"], Remedy.Of($"Set Landmarks = {keys}", Edit.Set(place, keys)));
        }
    }
}
