using System;
using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Rotation of queries and keys by their positions. A table row holds RotaryDim cosines C, then RotaryDim sines S that carry their sign,
/// so that both layouts read <c>rotated[c] = x[c] C[c] + x[partner of c] S[c]</c>.
/// </summary>
public class RotaryEncoding : PositionalEncoding
{
    public override string Name => "rope";

    public override IReadOnlyList<string> Aliases => ["rotary"];

    public override string Summary => "rotates pairs of features of q and k by position * Base^(-2i/RotaryDim) (RoFormer, Su et al. 2021)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } = [.. Shared, .. RotaryScale.Parameters];

    public override bool TransformsRows => true;

    /// <summary>The parameters of every rotary encoding.</summary>
    protected static IReadOnlyList<ParameterSpec> Shared { get; } =
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the geometric progression of frequencies."),
        new("Layout", ParameterKind.Enum, "RotaryLayout.Half", 0, "", "Which two features turn together.") { Maximum = 1 },
        new("RotaryDim", ParameterKind.Int, "head dim", 2, "features", "Features of each head that are rotated, from the first; even."),
    ];

    /// <summary>The rotated features of each head.</summary>
    public static int RotaryDim(EncodingSpec encoding, int headDim) => encoding.Int("RotaryDim", headDim);

    /// <summary>Whether feature 2i turns with 2i + 1, rather than i with i + RotaryDim/2.</summary>
    public static bool IsInterleaved(EncodingSpec encoding) => encoding.Int("Layout") == 1;

    /// <summary>Pairs of features that turn by each position axis, one axis after the other.</summary>
    public virtual IReadOnlyList<int> Sections(EncodingSpec encoding, int headDim) => [RotaryDim(encoding, headDim) / 2];

    /// <summary>Initialisers of the KernelDescription: the tables.</summary>
    public override IEnumerable<string> Settings(AttentionSpec spec, EncodingSpec encoding)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        string rest = $"interleaved: {Literals.Of(IsInterleaved(encoding))}, maxPositions: {Math.Max(shape.MaxLength, shape.MaxKeyLength)}";
        int rotary = RotaryDim(encoding, shape.QueryDim);
        yield return $"Rotary = new global::AttentionGen.Kernels.RotaryTable({RotaryScale.Frequencies(encoding, rotary, isLong: false)}, {rest}),";
        if (encoding.Int("Scaling") == RotaryScale.LongRope)
        {
            yield return $"LongRotary = new global::AttentionGen.Kernels.RotaryTable({RotaryScale.Frequencies(encoding, rotary, isLong: true)}, {rest}), OriginalLength = {encoding.Int("OriginalMaxLength")},";
        }
    }

    public override IEnumerable<FeatureRun> TransformRow(EncodingSpec encoding, int headDim)
    {
        int rotary = RotaryDim(encoding, headDim);
        int half = rotary / 2, pair = 0, axis = 0;
        foreach (int section in Sections(encoding, headDim))
        {
            string rotation = Rotation(axis++);
            int first = pair, past = pair + section;
            pair = past;
            if (IsInterleaved(encoding))
            {
                yield return new FeatureRun(2 * first, 2 * past, (dialect, index) => Rotate(dialect, index, dialect.LoadSwappedPairs("row", index), rotation, rotary));
                continue;
            }

            yield return new FeatureRun(first, past, (dialect, index) => Rotate(dialect, index, dialect.Load("row", Index.Plus(index, half)), rotation, rotary));
            yield return new FeatureRun(first + half, past + half, (dialect, index) => Rotate(dialect, index, dialect.Load("row", Index.Plus(index, -half)), rotation, rotary));
        }

        if (rotary < headDim)
        {
            yield return new FeatureRun(rotary, headDim, static (dialect, index) => dialect.Load("row", index));
        }
    }

    /// <summary>The name of the pointer to an axis's table row.</summary>
    public static string Rotation(int axis) => axis == 0 ? "rotation" : $"rotation{axis}";

    private static string Rotate(Dialect dialect, string index, string partner, string rotation, int rotary) =>
        dialect.MultiplyAdd(
            dialect.Load("row", index),
            dialect.Load(rotation, index),
            dialect.Multiply(partner, dialect.Load(rotation, Index.Plus(index, rotary))));
}
