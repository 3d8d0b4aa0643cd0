using System.Collections.Generic;

namespace AttentionGen.Generator.Spec;

/// <summary>The parameters that every attention type has, in the order of the documentation.</summary>
public static class SharedParameters
{
    /// <summary>Past this, a head count or a feature count is taken for a slip.</summary>
    public const int GreatestSize = 65536;

    /// <summary>Values of <c>KernelTargets</c>.</summary>
    public const int Cpu = 1, Gpu = 2;

    /// <summary>Values of <c>GpuPrecision</c>.</summary>
    public const int Half = 1, BFloat16 = 2;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ParameterSpec> All { get; } =
    [
        Size("DModel", "Heads * HeadDim", "features", "Model width: features of a layer's input and output."),
        Size("Heads", "-", "heads", "Query heads."),
        Size("KvHeads", "Heads", "heads", "Key/value heads; divides Heads."),
        Size("HeadDim", "DModel / Heads", "features", "Features of one query or key head."),
        Size("ValueDim", "HeadDim", "features", "Features of one value head."),
        new("MaxLength", ParameterKind.Int, "0 (open)", 0, "positions", "The longest query sequence."),
        new("MaxKeyLength", ParameterKind.Int, "MaxLength", 0, "positions", "The longest key sequence, when it differs."),
        new("Cross", ParameterKind.Flag, "false", 0, "", "Keys and values come from another sequence."),
        new("Causal", ParameterKind.Flag, "false", 0, "", "Key j is visible to query i only when j <= i."),
        new("CausalAlignment", ParameterKind.Enum, "Unspecified", 0, "", "Where query and key indices line up when lengths differ.") { Maximum = 2 },
        new("Scale", ParameterKind.Double, "1 / (sqrt(HeadDim) * Temperature), with t5 1 / Temperature", 0, "", "Factor on q.k."),
        new("Temperature", ParameterKind.Double, "1", 0, "", "Scores are divided by it."),
        new("Targets", ParameterKind.Enum, "KernelTargets.Cpu", Cpu, "", "What kernels are written for; GPU kernels need the package AttentionGen.Gpu.") { Maximum = Cpu | Gpu },
        new("GpuPrecision", ParameterKind.Enum, "Single", 0, "", "What GPU kernels multiply: FP32, or 16-bit elements on tensor cores with FP32 sums.") { Maximum = BFloat16 },
        new("Bias", ParameterKind.Flag, "false", 0, "", "Layer hosts: bias vectors on the four projections."),
        new("WeightPrecision", ParameterKind.Enum, "Single", 0, "", "Layer hosts: how the weights of the four projections are stored.") { Maximum = 2 },
    ];

    private static ParameterSpec Size(string name, string fallback, string unit, string summary) =>
        new(name, ParameterKind.Int, fallback, 1, unit, summary) { Maximum = GreatestSize };
}
