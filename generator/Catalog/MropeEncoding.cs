using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Rotation whose pairs are shared out over several position axes, such as time, height and width.</summary>
public sealed class MropeEncoding : RotaryEncoding
{
    public override string Name => "mrope";

    public override IReadOnlyList<string> Aliases => [];

    public override string Summary => "rotates pairs of features by several position axes, Sections[a] pairs by axis a (M-RoPE, Qwen2-VL, Wang et al. 2024)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        .. Shared,
        new("Sections", ParameterKind.Floats, "-", 1, "pairs", "Pairs that turn by each axis in turn; they add up to RotaryDim / 2."),
    ];

    public override IReadOnlyList<int> Sections(EncodingSpec encoding, int headDim) =>
        encoding.Find("Sections") is { } sections ? [.. sections.Numbers.Select(static section => (int)section)] : base.Sections(encoding, headDim);

    public override IEnumerable<string> Settings(AttentionSpec spec, EncodingSpec encoding) =>
        base.Settings(spec, encoding).Append($"PositionAxes = {Literals.Of(Sections(encoding, AttentionShape.Of(spec).QueryDim).Count)},");
}
