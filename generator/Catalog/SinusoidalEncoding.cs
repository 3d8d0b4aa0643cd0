using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Sines and cosines of the position, added to the layer's input.</summary>
public sealed class SinusoidalEncoding : PositionalEncoding
{
    /// <summary>Positions in the table when none are declared.</summary>
    public const int DefaultMaxLength = 5000;

    public override string Name => "sinusoidal";

    public override string Summary => "PE(p, 2i) = sin(p / Base^(2i/d)), PE(p, 2i+1) = cos, added to the input (Vaswani et al. 2017)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the geometric progression of wavelengths."),
        new("MaxLength", ParameterKind.Int, "5000", 1, "positions", "Positions in the table."),
    ];

    public override bool AddsToInput => true;
}
