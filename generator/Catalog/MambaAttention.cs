using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A selective state space in the place of attention: no scores, one state a channel, time that grows linearly with the length.</summary>
public sealed class MambaAttention : AttentionType
{
    private const int GreatestStateSize = 1024;
    private const int GreatestConvolution = 64;
    private const int GreatestExpansion = 64;

    public override string Name => "mamba";

    public override string Summary => "a selective state space with gating: a scan over past positions (Mamba, Gu and Dao 2023)";

    public override KernelFamily Family => KernelFamily.Scan;

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("StateSize", ParameterKind.Int, "16", 1, "states", "States of each channel.") { Maximum = GreatestStateSize },
        new("Expansion", ParameterKind.Int, "2", 1, "", "Channels of the scan for each feature of the model.") { Maximum = GreatestExpansion },
        new("Convolution", ParameterKind.Int, "4", 1, "positions", "Layers: positions that the causal convolution sees.") { Maximum = GreatestConvolution },
        new("DtRank", ParameterKind.Int, "DModel / 16, rounded up", 0, "features", "Layers: rank of the projection that gives step sizes.") { Maximum = SharedParameters.GreatestSize },
    ];
}
