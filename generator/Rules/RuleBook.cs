using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Reflection;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>
/// What makes a declaration wrong or doubtful: the single truth for the analyzer, which reports it, and the generator,
/// which writes a throwing surface instead of a kernel when a violation is blocking.
/// </summary>
public static class RuleBook
{
    /// <summary>Rules about declarations, each checked by <see cref="Check"/>.</summary>
    public static ImmutableArray<DiagnosticDescriptor> DeclarationRules { get; } = Of(
        typeof(HostRules), typeof(MemberRules), typeof(NameRules), typeof(ShapeRules), typeof(RangeRules), typeof(ScaleRules), typeof(WindowRules), typeof(CoverageRules), typeof(ModelRules), typeof(CombinationRules), typeof(AdviceRules),
        typeof(PatternRules), typeof(CausalRules), typeof(RotaryRules), typeof(RotaryScaleRules), typeof(TableRules), typeof(AlibiRules), typeof(DistanceRules), typeof(MixRules),
        typeof(ModifierRules), typeof(SoftmaxRules), typeof(ScanRules), typeof(FunctionRules), typeof(CacheRules), typeof(IgnoredRules), typeof(GpuRules), typeof(TensorRules), typeof(PlanRules));

    /// <summary>Rules about calls of generated code, checked by the analyzer where the call stands.</summary>
    public static ImmutableArray<DiagnosticDescriptor> CallRules { get; } = Of(typeof(MaskRules), typeof(WeightRules));

    /// <summary>Rules about how the project is built, checked by the analyzer once for a compilation.</summary>
    public static ImmutableArray<DiagnosticDescriptor> BuildRules { get; } = Of(typeof(ProjectRules));

    /// <summary>All rules, by id.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All { get; } = [.. DeclarationRules.Concat(CallRules).Concat(BuildRules).OrderBy(rule => rule.Id, StringComparer.Ordinal)];

    /// <summary>The violations of a declaration, by id and then by place. Empty for one whose arguments do not compile: the compiler has said so.</summary>
    public static IReadOnlyList<Violation> Check(AttentionSpec spec, CompilationFacts facts)
    {
        if (spec.IsUnreadable)
        {
            return [];
        }

        var context = new RuleContext(spec, facts);
        HostRules.Check(context);
        MemberRules.Check(context);
        NameRules.Check(context);
        ShapeRules.Check(context);
        RangeRules.Check(context);
        ScaleRules.Check(context);
        WindowRules.Check(context);
        CoverageRules.Check(context);
        ModelRules.Check(context);
        PatternRules.Check(context);
        CausalRules.Check(context);
        RotaryRules.Check(context);
        RotaryScaleRules.Check(context);
        CombinationRules.Check(context);
        TableRules.Check(context);
        AlibiRules.Check(context);
        DistanceRules.Check(context);
        MixRules.Check(context);
        ModifierRules.Check(context);
        SoftmaxRules.Check(context);
        ScanRules.Check(context);
        FunctionRules.Check(context);
        CacheRules.Check(context);
        IgnoredRules.Check(context);
        AdviceRules.Check(context);
        GpuRules.Check(context);
        TensorRules.Check(context);
        PlanRules.Check(context);
        return [.. context.Violations.OrderBy(violation => violation.Id, StringComparer.Ordinal)];
    }

    /// <summary>Whether the class can have another half at all, be it one that throws.</summary>
    public static bool LeavesRoom(AttentionSpec spec, IReadOnlyList<Violation> violations) =>
        spec.Host.Problem == HostProblem.None && violations.All(static violation => violation.Id != MemberRules.NameTaken.Id);

    // Descriptors stand beside their checks as bare static fields, where release tracking sees them; this only gathers them.
    private static ImmutableArray<DiagnosticDescriptor> Of(params Type[] groups) =>
    [
        .. groups
            .SelectMany(group => group.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType == typeof(DiagnosticDescriptor))
            .Select(field => (DiagnosticDescriptor)field.GetValue(null)!)
            .OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];
}
