using System;
using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Rotation with a decay: queries shrink with their position as keys grow, so that scores shrink with the distance.</summary>
public sealed class XposEncoding : RotaryEncoding
{
    private const double DefaultScaleBase = 512;

    public override string Name => "xpos";

    public override IReadOnlyList<string> Aliases => [];

    public override string Summary => "rotates as rope does, with q times and k divided by ((2i/d + 0.4) / 1.4)^(position / ScaleBase) (XPos, Sun et al. 2022)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        .. Shared,
        new("ScaleBase", ParameterKind.Double, "512", 0, "positions", "Positions over which the decay acts once."),
    ];

    public override IEnumerable<string> Settings(AttentionSpec spec, EncodingSpec encoding)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        string frequencies = RotaryScale.Frequencies(encoding, RotaryDim(encoding, shape.QueryDim), isLong: false);
        string rest = $"interleaved: {Literals.Of(IsInterleaved(encoding))}, maxPositions: {Math.Max(shape.MaxLength, shape.MaxKeyLength)}";
        double scaleBase = encoding.Double("ScaleBase", DefaultScaleBase);
        yield return $"Rotary = new global::AttentionGen.Kernels.RotaryTable({frequencies}, {rest}, scaleBase: {Literals.Of(scaleBase)}),";
        yield return $"KeyRotary = new global::AttentionGen.Kernels.RotaryTable({frequencies}, {rest}, scaleBase: {Literals.Of(-scaleBase)}),";
    }
}
