using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Normalisation of query and key rows; the row stages write it, before any rotation.</summary>
public sealed class QkNormModifier : Modifier
{
    /// <summary>No normalisation, division by the root mean square, division by the Euclidean norm.</summary>
    public const int None = 0, Rms = 1, L2 = 2;

    public override string Summary => "each query and key head row is normalised before positions enter (Henry et al. 2020; Zhang and Sennrich 2019)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("QkNorm", ParameterKind.Enum, "QkNormalisation.None", 0, "", "Rms: x / sqrt(mean(x^2) + 1e-6) * gain; L2: x / max(|x|, 1e-12).") { Maximum = L2 },
    ];

    /// <summary>Which normalisation is declared.</summary>
    public static int Kind(AttentionSpec spec) => spec.Int("QkNorm");

    public override bool IsDeclared(AttentionSpec spec) => Kind(spec) != None;

    public override IEnumerable<string> Settings(AttentionSpec spec) => Kind(spec) == Rms ? [$"Gains = {AttentionShape.Of(spec).QueryDim},"] : [];

    public override IEnumerable<LearnedTensor> Tensors(AttentionSpec spec)
    {
        if (Kind(spec) == Rms)
        {
            int features = AttentionShape.Of(spec).QueryDim;
            yield return new LearnedTensor("q_norm.weight", "QueryGain", 0, features, "Constant(1f)");
            yield return new LearnedTensor("k_norm.weight", "KeyGain", 0, features, "Constant(1f)");
        }
    }
}
