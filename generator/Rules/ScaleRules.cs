using System;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the factor on the scores is a number that FP32 kernels can use.</summary>
internal static class ScaleRules
{
    public static readonly DiagnosticDescriptor BadTemperature = new(
        "ATTN029", "Temperature is not positive", "Temperature = {0} can't divide scores; it must be a positive number whose reciprocal FP32 holds, and 1 leaves the scores as they are", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN029.md");

    public static readonly DiagnosticDescriptor BadScale = new(
        "ATTN057", "Scale is not positive", "Scale = {0} can't multiply scores; it must be a positive finite FP32 number, and left out it is 1/sqrt(HeadDim)", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN057.md");

    /// <summary>The least normal FP32 number.</summary>
    private const double LeastFactor = 1.17549435e-38;

    public static void Check(RuleContext context)
    {
        if (context.Spec.Find("Temperature") is { } temperature && !(IsFactor(temperature.Number) && IsFactor(1 / temperature.Number)))
        {
            Report(context, BadTemperature, temperature);
        }

        if (context.Spec.Find("Scale") is { } scale && !IsFactor(scale.Number))
        {
            Report(context, BadScale, scale);
        }
    }

    private static void Report(RuleContext context, DiagnosticDescriptor rule, ArgumentSpec argument)
    {
        Place place = Place.Of(context.Spec, argument.Name);
        context.Report(rule, place, [argument.Number], Remedy.Of($"Remove {argument.Name}", Edit.Remove(place)));
    }

    /// <summary>Whether FP32 holds a cap, its base-2 form and the scale divided by it.</summary>
    public static bool IsFactor(double cap, double scale) => IsFactor(cap) && IsFactor(1 / cap) && IsFactor(cap / Math.Log(2)) && (!IsFactor(scale) || IsFactor(scale / cap));

    private static bool IsFactor(double number) => number >= LeastFactor && number <= float.MaxValue;
}
