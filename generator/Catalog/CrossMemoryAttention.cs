using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Attention from local features to memory tokens, mixed with the local features.</summary>
public sealed class CrossMemoryAttention : AttentionType
{
    private const double DefaultRatio = 0.5;

    public override string Name => "crossmemory";

    public override string Summary => "FusionRatio * softmax over memory tokens + (1 - FusionRatio) * local features";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("FusionRatio", ParameterKind.Double, "0.5", 0, "", "r in r * cross + (1 - r) * local, from 0 to 1.") { Maximum = 1 },
        new("Residual", ParameterKind.Flag, "false", 0, "", "Adds the local features once more."),
    ];

    public override LocalMix Mix(AttentionSpec spec)
    {
        double ratio = spec.Double("FusionRatio", DefaultRatio);
        return new LocalMix(ratio, (1 - ratio) + (spec.Flag("Residual") ? 1 : 0));
    }
}
