using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Attention whose weights are products of positive features, so that keys and values enter through a state of fixed size.</summary>
public sealed class LinearAttention : AttentionType
{
    public override string Name => "linear";

    public override string Summary => "weights phi(q).phi(k) with phi = elu + 1, over all keys (Katharopoulos et al. 2020)";

    public override KernelFamily Family => KernelFamily.Linear;

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("FeatureMap", ParameterKind.Enum, "LinearFeatureMap.EluPlusOne", 0, "", "The map applied to queries and keys.") { Maximum = 0 },
    ];

    public override FeatureMap FeatureMap(AttentionSpec spec) =>
        new(FeatureFunction.EluPlusOne, AttentionShape.Of(spec).HeadDim, IsProjected: false, InputScale: 1);
}
