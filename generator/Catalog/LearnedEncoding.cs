using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A learned vector per position, added to the layer's input.</summary>
public sealed class LearnedEncoding : PositionalEncoding
{
    /// <summary>Positions in the table when none are declared.</summary>
    private const int DefaultMaxLength = 512;

    public override string Name => "learned";

    public override string Summary => "a learned table, N(0, 0.02) at first, added to the input (Gehring et al. 2017)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("MaxLength", ParameterKind.Int, "512", 1, "positions", "Positions in the table."),
        new("Combined", ParameterKind.Flag, "false", 0, "", "Says that it is meant to stand beside a rotary encoding."),
    ];

    public override bool AddsToInput => true;

    public override int Positions(EncodingSpec encoding) => encoding.Int("MaxLength", DefaultMaxLength);

    public override string? TableStart(EncodingSpec encoding) => "Normal(0.02)";
}
