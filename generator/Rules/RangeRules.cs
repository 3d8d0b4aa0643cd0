using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether each number lies in the range that its <see cref="ParameterSpec"/> states, and products of sizes stay addressable.</summary>
internal static class RangeRules
{
    public static readonly DiagnosticDescriptor OutOfRange = new(
        "ATTN056", "Number is out of range", "{0} = {1} is out of range; give {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN056.md");

    /// <summary>Features of all heads together, past which a declaration is taken for a slip.</summary>
    private const long GreatestWidth = 1 << 20;

    /// <summary>Elements of the largest array there is.</summary>
    private const long GreatestTable = 0x7FFFFFC7;

    // These have rules of their own, with a better message.
    private static readonly string[] JudgedElsewhere = ["KvHeads", "RotaryDim", "Temperature", "Scale", "FusionRatio", "Dropout", "Softcap", "OriginalMaxLength"];
    private static readonly string[] LowerBoundJudgedElsewhere = ["Window", "WindowLeft", "WindowRight", "Landmarks", "Stride", "BlockSize", "GlobalTokens"];

    public static void Check(RuleContext context)
    {
        foreach (ParameterSpec parameter in SharedParameters.All.Concat(Catalog.Catalog.Modifiers.SelectMany(static modifier => modifier.Parameters)).Concat(context.Type?.Parameters ?? []))
        {
            CheckOne(context, parameter, context.Spec.Find(parameter.Name), Place.Of(context.Spec, parameter.Name));
        }

        foreach (EncodingUse use in context.Encodings)
        {
            foreach (ParameterSpec parameter in use.Known?.Parameters ?? [])
            {
                CheckOne(context, parameter, use.Spec.Find(parameter.Name), use.Place(parameter.Name));
            }

            CheckTable(context, use);
        }

        CheckWidth(context);
    }

    private static void CheckOne(RuleContext context, ParameterSpec parameter, ArgumentSpec? argument, Place place)
    {
        // Arrays have rules of their own.
        if (argument is null || parameter.Kind == ParameterKind.Floats || JudgedElsewhere.Contains(parameter.Name, StringComparer.Ordinal))
        {
            return;
        }

        double number = argument.Number;
        double minimum = LowerBoundJudgedElsewhere.Contains(parameter.Name, StringComparer.Ordinal) ? double.NegativeInfinity : parameter.Minimum;
        double maximum = parameter.Maximum;
        if (parameter.Kind == ParameterKind.Double)
        {
            // Every real parameter of an encoding is a base or a factor: zero, infinities and NaN have no meaning, and kernels compute in FP32.
            if (!(number > 0 && number >= minimum && number <= float.MaxValue))
            {
                context.Report(OutOfRange, place, [parameter.Name, number, minimum > 0 ? $"a finite number of at least {RuleContext.Word(minimum)}" : "a finite number greater than 0"]);
            }
        }
        else if (number < minimum || number > maximum)
        {
            context.Report(OutOfRange, place, [parameter.Name, number, Describe(parameter, maximum)], Clamp(parameter, number, place));
        }
    }

    private static string Describe(ParameterSpec parameter, double maximum) => parameter.Kind == ParameterKind.Enum
        ? "a named member of the enum"
        : $"{RuleContext.Word(parameter.Minimum)} to {RuleContext.Word(maximum)}" + (parameter.Unit.Length == 0 ? "" : " " + parameter.Unit);

    // A count below its least value is usually a slip for "none" or "open", which is that least value; there is no such guess for the rest.
    private static Remedy[] Clamp(ParameterSpec parameter, double number, Place place) =>
        parameter is { Kind: ParameterKind.Int, Minimum: 0 } && number < 0
            ? [Remedy.Of($"Remove {parameter.Name}", Edit.Remove(place))]
            : [];

    private static void CheckTable(RuleContext context, EncodingUse use)
    {
        long positions = use.Positions;
        long elements = positions * Math.Max(context.Shape.DModel, 0);
        if (elements > GreatestTable && context.Shape.DModel <= GreatestWidth)
        {
            context.Report(
                OutOfRange,
                use.Place("MaxLength"),
                ["MaxLength", positions, $"at most {RuleContext.Word(GreatestTable / context.Shape.DModel)} positions for a table of {RuleContext.Word(context.Shape.DModel)} features"]);
        }
    }

    private static void CheckWidth(RuleContext context)
    {
        AttentionShape shape = context.Shape;
        long dim = Math.Max(shape.HeadDim, shape.ValueDim);
        bool sizesAreSane = shape.Heads is > 0 and <= SharedParameters.GreatestSize && dim is > 0 and <= SharedParameters.GreatestSize;
        if (sizesAreSane && shape.Heads * dim > GreatestWidth)
        {
            context.Report(
                OutOfRange,
                Place.Of(context.Spec, "Heads"),
                ["Heads", shape.Heads, $"at most {RuleContext.Word(GreatestWidth / dim)} heads of {RuleContext.Word(dim)} features"]);
        }
    }
}
