using System.Collections.Generic;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the class's own <c>Keep</c> and <c>Score</c> can be written as vector code, and mean something for the type.</summary>
internal static class FunctionRules
{
    public static readonly DiagnosticDescriptor Untranslatable = new(
        "ATTN040", "User function can't become vector code", "'{0}' can't become vector code: {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN040.md");

    public static readonly DiagnosticDescriptor OutsideTable = new(
        "ATTN041", "User function may look up outside of its table", "'{0}' looks up '{1}', which has {2} elements, at an index from {3} to {4}; where it lies outside, as it may for hidden and padded keys, the nearest element is read: guard it with a condition or Math.Clamp", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN041.md");

    public static readonly DiagnosticDescriptor Misfit = new(
        "ATTN070", "User function does not fit", "The method '{0}' of an attention is applied to its scores, but {1}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN070.md");

    public static readonly DiagnosticDescriptor KeepMissing = new(
        "ATTN071", "Custom attention has no Keep", "'custom' attention sees the keys that the class's own mask keeps, and '{0}' has none; add 'static bool Keep(int query, int key) => ...' to it", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN071.md");

    public static void Check(RuleContext context)
    {
        if (context.Type?.Name == "custom" && context.Spec.Keep is null)
        {
            context.Report(KeepMissing, Place.Attention("Type"), [context.Spec.Host.Name]);
        }

        Check(context, "Keep", context.Spec.Keep);
        Check(context, "Score", context.Spec.Score);
    }

    private static void Check(RuleContext context, string name, UserFunction? function)
    {
        if (function is null)
        {
            return;
        }

        if (context.Type is { } type && type.Family != KernelFamily.Softmax)
        {
            context.Report(Misfit, Place.Function(function.Place), [name, $"'{type.Name}' attention has no scores; remove or rename it"]);
        }

        foreach (FunctionFault fault in function.Faults)
        {
            context.Report(fault.Kind == FunctionFaultKind.Signature ? Misfit : Untranslatable, Place.Function(fault.Place), [name, fault.Text]);
        }

        CheckRisks(context, name, function);
    }

    private static void CheckRisks(RuleContext context, string name, UserFunction function)
    {
        var ranges = new FunctionRanges(context.Shape);
        var reported = new HashSet<FunctionPlace>();
        foreach ((ScalarExpression risk, FunctionRanges.Facts facts) in ranges.Risks(function.Body))
        {
            // What a local stands for occurs as often as the local is used.
            if (risk.Place is null || reported.Contains(risk.Place))
            {
                continue;
            }

            Place place = Place.Function(risk.Place);
            if (risk.Operation == ScalarOperation.Lookup)
            {
                FunctionTable table = function.Tables[(int)risk.Number];
                Interval index = ranges.Of(risk.Operands[0], facts);
                if (!index.IsWithin(0, table.Numbers.Count - 1) && reported.Add(risk.Place))
                {
                    context.Report(OutsideTable, place, [name, table.Name, table.Numbers.Count, index.Low, index.High]);
                }
            }
            else if (ranges.Of(risk.Operands[1], facts) is var divisor && divisor.Contains(0) && reported.Add(risk.Place))
            {
                context.Report(Untranslatable, place, [name, $"a division by a number that may be zero (from {RuleContext.Word(divisor.Low)} to {RuleContext.Word(divisor.High)})"]);
            }
        }
    }
}
