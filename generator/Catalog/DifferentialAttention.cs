using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>The difference of two softmaxes, over the two halves of each query and key head.</summary>
public sealed class DifferentialAttention : AttentionType
{
    private const double DefaultLambda = 0.8;

    public override string Name => "differential";

    public override string Summary => "softmax(q1.k1) - Lambda * softmax(q2.k2) over the halves of each head, applied to the whole value (Ye et al. 2024)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Lambda", ParameterKind.Double, "0.8", 0, "", "What the second softmax is multiplied by."),
    ];

    public override IReadOnlyList<SoftmaxBranch> DeclaredBranches(AttentionSpec spec) =>
    [
        new SoftmaxBranch([KeyRange.All]),
        new SoftmaxBranch([KeyRange.All], Coefficient: -spec.Double("Lambda", DefaultLambda), FirstFeature: AttentionShape.Of(spec).QueryDim),
    ];
}
