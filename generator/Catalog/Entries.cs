using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

public abstract class AttentionType
{
    public abstract string Name { get; }

    public virtual IReadOnlyList<string> Aliases => [];

    public abstract string Summary { get; }

    public virtual IReadOnlyList<ParameterSpec> Parameters => [];
}

public abstract class PositionalEncoding
{
    public abstract string Name { get; }

    public virtual IReadOnlyList<string> Aliases => [];

    public abstract string Summary { get; }

    public virtual IReadOnlyList<ParameterSpec> Parameters => [];
}

internal sealed class StandardAttention : AttentionType
{
    public override string Name => "standard";

    public override IReadOnlyList<string> Aliases => ["mha", "sdpa"];

    public override string Summary => "Softmax over all visible keys.";
}

internal sealed class CausalAttention : AttentionType
{
    public override string Name => "causal";

    public override string Summary => "Key j is visible to query i when j <= i.";
}

internal sealed class LocalAttention : AttentionType
{
    public override string Name => "local";

    public override string Summary => "Keys within a window around the query.";

    public override IReadOnlyList<ParameterSpec> Parameters =>
    [
        new("Window", ParameterKind.Int, "128", 1, "keys", "Symmetric window."),
        new("WindowLeft", ParameterKind.Int, "-", 0, "keys", "Keys to the left."),
        new("WindowRight", ParameterKind.Int, "-", 0, "keys", "Keys to the right."),
        new("Sinks", ParameterKind.Int, "0", 0, "keys", "First keys always visible."),
    ];
}

internal sealed class NoEncoding : PositionalEncoding
{
    public override string Name => "none";

    public override string Summary => "No position enters the attention.";
}

internal sealed class SinusoidalEncoding : PositionalEncoding
{
    public override string Name => "sinusoidal";

    public override string Summary => "Sines and cosines added to the input.";

    public override IReadOnlyList<ParameterSpec> Parameters =>
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the frequencies."),
        new("MaxLength", ParameterKind.Int, "5000", 1, "positions", "Positions in the table."),
    ];
}

internal sealed class LearnedEncoding : PositionalEncoding
{
    public override string Name => "learned";

    public override string Summary => "A learned table added to the input.";

    public override IReadOnlyList<ParameterSpec> Parameters =>
        [new("MaxLength", ParameterKind.Int, "512", 1, "positions", "Positions in the table.")];
}

internal sealed class RopeEncoding : PositionalEncoding
{
    public override string Name => "rope";

    public override IReadOnlyList<string> Aliases => ["rotary"];

    public override string Summary => "Rotation of queries and keys.";

    public override IReadOnlyList<ParameterSpec> Parameters =>
    [
        new("Base", ParameterKind.Double, "10000", 0, "", "Base of the frequencies."),
        new("Layout", ParameterKind.Enum, "Half", 0, "", "Which features turn together."),
        new("RotaryDim", ParameterKind.Int, "HeadDim", 2, "features", "Features that are rotated."),
    ];
}

internal sealed class AlibiEncoding : PositionalEncoding
{
    public override string Name => "alibi";

    public override string Summary => "A linear distance penalty on the scores.";

    public override IReadOnlyList<ParameterSpec> Parameters =>
        [new("Slopes", ParameterKind.Floats, "2^(-8(h+1)/n)", 0, "", "One slope per head.")];
}
