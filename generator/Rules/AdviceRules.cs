using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>What a cheaper type would save at the declared length: every pair up to about 512 positions, a window up to 2,048, sparse or linear beyond.</summary>
internal static class AdviceRules
{
    public static readonly DiagnosticDescriptor Cheaper = new(
        "ATTN084", "A cheaper type exists for this length", "'{0}' visits {1} pairs for {2} positions, {3} GFLOP; {4}", RuleFacts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN084.md");

    private const int LongestDense = 512, LongestLocal = 2048;

    // Those that see every pair, or every earlier one, by their nature.
    private static readonly string[] Dense = ["standard", "causal", "exclusive", "relative", "t5", "differential"];

    public static void Check(RuleContext context)
    {
        int length = context.Shape.MaxLength;
        bool isSquare = context.Shape.MaxKeyLength == length && !context.Shape.Cross;
        if (length <= LongestDense || !isSquare || context.Spec.Keep is not null || context.Type is not { } type || !Dense.Contains(type.Name) || context.Violations.Any(static violation => violation.IsBlocking))
        {
            return;
        }

        double pairs = VisiblePairs.Of(context.Spec, context.Shape)!.Value;
        double flops = pairs * PlanText.FlopsPerPair(context.Shape);
        string advice = string.Join("; ", Options(context, flops));
        context.Report(
            Cheaper,
            Place.Of(context.Spec, "MaxLength"),
            [context.Spec.Host.Name, pairs, length, (flops / 1e9).ToString("G4", CultureInfo.InvariantCulture), advice]);
    }

    private static IEnumerable<string> Options(RuleContext context, double flops)
    {
        string causal = context.Shape.Causal ? ", Causal = true" : "";
        string window = context.Shape.Causal ? "WindowLeft = 128" : "WindowLeft = 64, WindowRight = 64";
        yield return Option(context, flops, $"\"local\", {window}{causal}", "local", context.Shape.Causal ? [("WindowLeft", 128)] : [("WindowLeft", 64), ("WindowRight", 64)]);
        if (context.Shape.MaxLength > LongestLocal)
        {
            yield return Option(context, flops, $"\"strided\"{causal}", "strided", []);
            if (!context.Encodings.Any(use => use.Known?.ScoreSteps(context.Spec, use.Spec).Any() == true || use.Known?.Distances(use.Spec) is not null))
            {
                yield return Option(context, flops, $"\"linear\"{causal}", "linear", []);
            }
        }
    }

    private static string Option(RuleContext context, double flops, string written, string type, (string Name, int Value)[] own)
    {
        IEnumerable<ArgumentSpec> kept = context.Spec.Arguments.Where(argument => context.Type!.Parameters.All(parameter => parameter.Name != argument.Name) && argument.Name != "Causal");
        AttentionSpec other = context.Spec with
        {
            Type = type,
            Arguments = new EquatableArray<ArgumentSpec>(kept
                .Concat(own.Select(argument => new ArgumentSpec(argument.Name, argument.Value, default, ArgumentSource.Attention)))
                .Append(new ArgumentSpec("Causal", context.Shape.Causal ? 1 : 0, default, ArgumentSource.Attention))),
        };
        AttentionShape shape = AttentionShape.Of(other);
        double cost = Catalog.Catalog.FindType(type)!.FeatureMap(other) is { } map
            ? (double)FeatureWork.FlopsPerToken(shape, map) * shape.MaxLength
            : VisiblePairs.Of(other, shape)!.Value * PlanText.FlopsPerPair(shape);
        return string.Format(CultureInfo.InvariantCulture, "Attention({0}) would take {1:G4} GFLOP, {2:P0} less", written, cost / 1e9, 1 - (cost / flops)).Replace(" %", "%");
    }
}
