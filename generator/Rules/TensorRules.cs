using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Stages;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a declaration that asks for tensor cores gets them.</summary>
internal static class TensorRules
{
    public static readonly DiagnosticDescriptor NotOnTensorCores = new(
        "ATTN093", "Not on tensor cores", "'{0}' asks for GpuPrecision.{1}, but {2}: {3}; {4}", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN093.md");

    public static void Check(RuleContext context)
    {
        if (context.Spec.Int("GpuPrecision") == 0 || context.Violations.Any(static violation => violation.IsBlocking))
        {
            return;
        }

        if (!context.Spec.WantsGpu)
        {
            Report(context, "Targets leaves the GPU out", "only CPU kernels are written, in FP32", "name KernelTargets.Gpu in Targets, or leave GpuPrecision out");
        }
        else if (context.Type is { Family: KernelFamily.Softmax } && TensorPlan.Obstacle(context.Spec) is { } obstacle)
        {
            Report(context, "tensor cores can't run it", obstacle, "GPUs compute it in FP32; change that, or leave GpuPrecision out");
        }
    }

    private static void Report(RuleContext context, string what, string why, string advice)
    {
        string precision = context.Spec.Int("GpuPrecision") == Spec.SharedParameters.BFloat16 ? "BFloat16" : "Half";
        context.Report(NotOnTensorCores, Place.Attention("GpuPrecision"), [context.Spec.Host.Name, precision, what, why, advice]);
    }
}
