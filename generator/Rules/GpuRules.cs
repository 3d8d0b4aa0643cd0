using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a declaration that asks for a GPU kernel can have one.</summary>
internal static class GpuRules
{
    public static readonly DiagnosticDescriptor TooLarge = new(
        "ATTN042", "GPU tile exceeds shared memory", "The GPU kernel of '{0}' would need {1} bytes of shared memory and {2} outputs per thread in its smallest tile, for {3} query and {4} value features a head; a group has {5} bytes; split the heads, or leave KernelTargets.Gpu out", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN042.md");

    public static readonly DiagnosticDescriptor AheadOfTime = new(
        "ATTN043", "GPU kernels with PublishAot", "The GPU kernel of '{0}' is compiled by ILGPU when it first runs, which PublishAot rules out; leave KernelTargets.Gpu out, or publish without PublishAot", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN043.md");

    public static readonly DiagnosticDescriptor NotReferenced = new(
        "ATTN090", "AttentionGen.Gpu is not referenced", "'{0}' asks for a GPU kernel, but this project does not reference AttentionGen.Gpu and ILGPU: only CPU kernels are written; add the package AttentionGen.Gpu", RuleFacts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN090.md");

    public static readonly DiagnosticDescriptor NotOnGpu = new(
        "ATTN091", "Not on the GPU", "'{0}' can't have a GPU kernel: {1}; {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN091.md");

    public static readonly DiagnosticDescriptor CpuMissing = new(
        "ATTN092", "Targets leave the CPU out", "'{0}' asks for the GPU alone, but CPU kernels are always written; write Targets = KernelTargets.Cpu | KernelTargets.Gpu", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN092.md");

    public static void Check(RuleContext context)
    {
        AttentionSpec spec = context.Spec;
        if (!spec.WantsGpu || context.Type is not { } type)
        {
            return;
        }

        Place place = Place.Attention("Targets");
        if ((spec.Int("Targets") & SharedParameters.Cpu) == 0)
        {
            context.Report(CpuMissing, place, [spec.Host.Name]);
        }
        else if (Missing(spec, type) is { } missing)
        {
            context.Report(NotOnGpu, place, [spec.Host.Name, missing.What, missing.Advice]);
        }
        else if (context.Facts.PublishesAheadOfTime)
        {
            context.Report(AheadOfTime, place, [spec.Host.Name]);
        }
        else if (TileTooLarge(context) is { } tile)
        {
            context.Report(TooLarge, place, [spec.Host.Name, tile.SharedBytes, tile.RowsPerThread * tile.ValueVectors * GpuTile.Vector, tile.QueryDim, tile.ValueDim, GpuTile.MostSharedBytes]);
        }
        else if (!context.Facts.HasGpu)
        {
            context.Report(NotReferenced, place, [spec.Host.Name]);
        }
    }

    private static (string What, string Advice)? Missing(AttentionSpec spec, AttentionType type)
    {
        if (!spec.Host.IsStatic)
        {
            return ("it is a layer, whose projections are computed on the CPU", "declare the attention on a static class and call it from the layer");
        }

        if (type.Family != KernelFamily.Softmax)
        {
            return ($"'{type.Name}' attention has kernels for the CPU only", "use a softmax type, or leave KernelTargets.Gpu out");
        }

        if (spec.Cache is { HasScales: true })
        {
            return ("its cache stores Int8, which the CPU alone reads", "store Half or BFloat16, or leave KernelTargets.Gpu out");
        }

        bool hasTables = spec.Keep is { Tables.Count: > 0 } || spec.Score is { Tables.Count: > 0 };
        return hasTables ? ("a function of its class looks up a table", "compute the entries from the indices, or leave KernelTargets.Gpu out") : null;
    }

    private static GpuTile? TileTooLarge(RuleContext context)
    {
        AttentionShape shape = context.Shape;
        bool isSane = shape.QueryDim is > 0 and <= SharedParameters.GreatestSize && shape.ValueDim is > 0 and <= SharedParameters.GreatestSize;
        return isSane && GpuTile.Choose(shape.QueryDim, shape.ValueDim) is { Fits: false } tile ? tile : null;
    }
}
