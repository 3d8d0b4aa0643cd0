using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Rotation of queries and keys by their positions. A table row holds RotaryDim cosines C, then RotaryDim sines S that carry their sign,
/// so that both layouts read <c>rotated[c] = x[c] C[c] + x[partner of c] S[c]</c>.
/// </summary>
public sealed class RotaryEncoding : PositionalEncoding
{
    public override string Name => "rope";

    public override IReadOnlyList<string> Aliases => ["rotary"];

    public override string Summary => "rotates pairs of features of q and k by position * Base^(-2i/RotaryDim) (RoFormer, Su et al. 2021)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the geometric progression of frequencies."),
        new("Layout", ParameterKind.Enum, "RotaryLayout.Half", 0, "", "Which two features turn together."),
        new("RotaryDim", ParameterKind.Int, "head dim", 2, "features", "Features of each head that are rotated, from the first; even."),
    ];

    public override bool TransformsRows => true;

    public override bool DependsOnAlignment => true;

    /// <summary>The rotated features of each head.</summary>
    public static int RotaryDim(EncodingSpec encoding, int headDim) => encoding.Int("RotaryDim", headDim);

    /// <summary>Whether feature 2i turns with 2i + 1, rather than i with i + RotaryDim/2.</summary>
    public static bool IsInterleaved(EncodingSpec encoding) => encoding.Int("Layout") == 1;

    public override IEnumerable<FeatureRun> TransformRow(EncodingSpec encoding, int headDim)
    {
        int rotary = RotaryDim(encoding, headDim);
        if (IsInterleaved(encoding))
        {
            yield return new FeatureRun(0, rotary, (dialect, index) => Rotate(dialect, index, dialect.LoadSwappedPairs("row", index), rotary));
        }
        else
        {
            int half = rotary / 2;
            yield return new FeatureRun(0, half, (dialect, index) => Rotate(dialect, index, dialect.Load("row", Index.Plus(index, half)), rotary));
            yield return new FeatureRun(half, rotary, (dialect, index) => Rotate(dialect, index, dialect.Load("row", Index.Plus(index, -half)), rotary));
        }

        if (rotary < headDim)
        {
            yield return new FeatureRun(rotary, headDim, static (dialect, index) => dialect.Load("row", index));
        }
    }

    private static string Rotate(Dialect dialect, string index, string partner, int rotary) =>
        dialect.MultiplyAdd(
            dialect.Load("row", index),
            dialect.Load("rotation", index),
            dialect.Multiply(partner, dialect.Load("rotation", Index.Plus(index, rotary))));
}
