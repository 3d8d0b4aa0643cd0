using System;
using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Attention by positive orthogonal random features (FAVOR+).</summary>
public sealed class PerformerAttention : AttentionType
{
    /// <summary>Random features when none are written.</summary>
    public const int DefaultFeatures = 256;

    private const int GreatestFeatures = 16384;

    public override string Name => "performer";

    public override string Summary => "softmax attention by positive orthogonal random features, FAVOR+ (Choromanski et al. 2021)";

    public override KernelFamily Family => KernelFamily.Linear;

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Features", ParameterKind.Int, "256", 1, "features", "Random features; the error of the approximation falls with their square root.") { Maximum = GreatestFeatures },
        new("Kernel", ParameterKind.Enum, "FeatureKernel.SoftmaxPlus", 0, "", "The kernel that the features approximate.") { Maximum = 2 },
        new("FeatureSeed", ParameterKind.Int, "0", int.MinValue, "", "Seed of the random features; the same seed gives the same features.") { Maximum = int.MaxValue },
    ];

    public override FeatureMap FeatureMap(AttentionSpec spec)
    {
        double root = Math.Sqrt(AttentionShape.Of(spec).Scale);
        int features = spec.Int("Features", DefaultFeatures);
        return spec.Int("Kernel") switch
        {
            1 => new FeatureMap(FeatureFunction.Relu, features, IsProjected: true, root),
            2 => new FeatureMap(FeatureFunction.EluPlusOne, features, IsProjected: true, root),

            // Exponentials are powers of two, so log2(e) is folded into the rows.
            _ => new FeatureMap(FeatureFunction.Exponential, features, IsProjected: true, root / Math.Log(2)),
        };
    }
}
