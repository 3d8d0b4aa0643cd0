using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Sines and cosines of the position, added to the layer's input.</summary>
public sealed class SinusoidalEncoding : PositionalEncoding
{
    /// <summary>Positions in the table when none are declared.</summary>
    private const int DefaultMaxLength = 5000;

    public override string Name => "sinusoidal";

    public override string Summary => "PE(p, 2i) = sin(p / Base^(2i/d)), PE(p, 2i+1) = cos, added to the input (Vaswani et al. 2017)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the geometric progression of wavelengths."),
        new("MaxLength", ParameterKind.Int, "5000", 1, "positions", "Positions in the table."),
        new("Learnable", ParameterKind.Flag, "false", 0, "", "On a layer: the sines and cosines are only where a learned table starts from."),
    ];

    public override bool AddsToInput => true;

    public override int Positions(EncodingSpec encoding) => encoding.Int("MaxLength", DefaultMaxLength);

    public override string? TableStart(EncodingSpec encoding) =>
        encoding.Flag("Learnable") ? $"Sinusoids(DModel, {Literals.Of(Base(encoding))})" : null;

    /// <summary>The base of the geometric progression of wavelengths.</summary>
    public static double Base(EncodingSpec encoding) => encoding.Double("Base", 10000);
}
