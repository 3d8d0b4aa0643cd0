using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>The tensor-core kernel of one declaration as numbers and names.</summary>
internal sealed class TensorPlan
{
    public TensorPlan(AttentionSpec spec)
    {
        Base = new KernelPlan(spec, Dialect.Ilgpu);
        Tile = TensorTile.Choose(Base.Shape.QueryDim, Base.Shape.ValueDim);
        IsBrain = spec.Int("GpuPrecision") == SharedParameters.BFloat16;
    }

    /// <summary>The pass, encodings and steps.</summary>
    public KernelPlan Base { get; }

    /// <summary>How a group shares a tile.</summary>
    public TensorTile Tile { get; }

    /// <summary>Whether elements are bfloat16 rather than half.</summary>
    public bool IsBrain { get; }

    /// <summary>The one pass over the keys.</summary>
    public KeyPass Pass => Base.Passes[0];

    /// <summary>Columns of 8 keys in a tile.</summary>
    public int KeyColumns => Tile.Keys / 8;

    /// <summary>Columns of 8 features in an output.</summary>
    public int ValueColumns => Tile.ValueDim / 8;

    /// <summary>Steps of 16 features in a product of queries and keys.</summary>
    public int FeatureSteps => Tile.QueryDim / TensorTile.Block;

    /// <summary>How PTX calls the elements.</summary>
    public string Element => IsBrain ? "bf16" : "f16";

    /// <summary>The slope of alibi, where the scores fall with distance.</summary>
    public bool HasAlibi => Base.Encodings.Any(static pair => pair.Encoding is AlibiEncoding);

    /// <summary>
    /// What a score is multiplied by in the exponent: products of queries and keys stay as they are until then. 1 where steps need scores in base-2 units before.
    /// </summary>
    public float ExponentScale => IsScaledEarly ? 1f : (float)Base.QueryScale;

    /// <summary>Whether products are multiplied by the scale at once.</summary>
    public bool IsScaledEarly => Base.ScoreSteps.Count > 0;

    /// <summary>Whether queries and keys are changed before they are compared.</summary>
    public bool PreparesRows => Base.TransformsKeys;

    /// <summary>The register of a score: element <paramref name="n"/> (0 and 1 in the upper row, 2 and 3 eight rows below) of a column of a block of rows.</summary>
    public string Score(int block, int column, int n) => $"score{(((block * KeyColumns) + column) * 4) + n}";

    /// <summary>The register of two neighbouring weights.</summary>
    public string Weights(int block, int column, int half) => $"weight{(((block * KeyColumns) + column) * 2) + half}";

    /// <summary>The register of an output.</summary>
    public string Output(int block, int column, int n) => $"output{(((block * ValueColumns) + column) * 4) + n}";

    /// <summary>The register of two neighbouring query elements; where queries don't stay in registers, those of one step have room.</summary>
    public string Query(int block, int step, int n) => $"query{((Tile.HoldsQueries ? (block * FeatureSteps) + step : block) * 4) + n}";

    /// <summary>The registers of a row's maximum and sum.</summary>
    public static string RowMax(int block, int half) => $"rowMax{(block * 2) + half}";

    /// <summary>The registers of a row's maximum and sum.</summary>
    public static string RowSum(int block, int half) => $"rowSum{(block * 2) + half}";

    /// <summary>The registers of minus a row's maximum in base-2 units, and of what its sum and outputs so far are multiplied by.</summary>
    public static string Shift(int block, int half) => $"shift{(block * 2) + half}";

    /// <summary>The registers of minus a row's maximum in base-2 units, and of what its sum and outputs so far are multiplied by.</summary>
    public static string Factor(int block, int half) => $"factor{(block * 2) + half}";

    /// <summary>What keeps a declaration off tensor cores, or null.</summary>
    public static string? Obstacle(AttentionSpec spec)
    {
        KernelPlan plan = new(spec, Dialect.Ilgpu);
        AttentionShape shape = plan.Shape;
        return plan.Branches.Count != 1 ? $"it adds {plan.Branches.Count} softmaxes"
            : plan.Passes.Count != 1 || plan.Branches[0].Passes.Count != 1 ? "its queries see two sets of keys"
            : !plan.Passes[0].Range.IsConsecutive ? "its keys are not consecutive"
            : plan.Passes[0].Range.GlobalRows > 0 || plan.Passes[0].Range.Hole is not null ? "some of its queries see more keys than their neighbours"
            : plan.Mix is not null ? "it mixes in local features"
            : plan.Distances is not null ? "its distances have vectors of their own"
            : plan.Spec.Keep is not null || plan.Spec.Score is not null ? "a function of its class decides on scores"
            : plan.Encodings.Any(static pair => pair.Encoding is T5Encoding) || plan.Type is T5Attention ? "its scores have learned biases"
            : IsOutside(shape.QueryDim) || IsOutside(shape.ValueDim) ? $"head dim {shape.QueryDim} and value dim {shape.ValueDim} are not both multiples of {TensorTile.Block} from {TensorTile.LeastDim} to {TensorTile.MostDim}"
            : null;
    }

    private static bool IsOutside(int dim) => dim % TensorTile.Block != 0 || dim is < TensorTile.LeastDim or > TensorTile.MostDim;
}
