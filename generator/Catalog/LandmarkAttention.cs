using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A fixed number of keys, spread over the sequence.</summary>
public sealed class LandmarkAttention : AttentionType
{
    private const int DefaultLandmarks = 64;

    public override string Name => "landmark";

    public override string Summary => "softmax over evenly spaced keys, round(linspace(0, keys - 1, Landmarks))";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Landmarks", ParameterKind.Int, "64", 1, "keys", "Keys that are kept, from the first to the last; all of them when there are fewer."),
    ];

    public override KeyRange DeclaredRange(AttentionSpec spec) => new() { Landmarks = spec.Int("Landmarks", DefaultLandmarks) };
}
