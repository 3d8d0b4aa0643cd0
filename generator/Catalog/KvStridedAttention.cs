using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Keys and values subsampled.</summary>
public sealed class KvStridedAttention : AttentionType
{
    private const int DefaultStride = 4;

    public override string Name => "kvstrided";

    public override string Summary => "softmax over every Stride-th key (subsampled keys and values)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Stride", ParameterKind.Int, "4", 1, "keys", "Key j is visible when j mod Stride == 0."),
    ];

    public override KeyRange DeclaredRange(AttentionSpec spec) => new() { Step = spec.Int("Stride", DefaultStride) };
}
