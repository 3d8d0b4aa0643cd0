using System;
using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Every n-th key of the sequence and the keys around the query.</summary>
public sealed class StridedAttention : AttentionType
{
    private const int DefaultStride = 64;

    public override string Name => "strided";

    public override string Summary => "softmax over every Stride-th key and the keys next to the query (Child et al. 2019)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Stride", ParameterKind.Int, "64", 1, "keys", "Key j is visible when j mod Stride == 0."),
        new("Local", ParameterKind.Int, "1", 0, "keys", "Key j is visible when |i - j| <= Local."),
    ];

    public override IReadOnlyList<SoftmaxBranch> DeclaredBranches(AttentionSpec spec)
    {
        int stride = spec.Int("Stride", DefaultStride);
        int local = Math.Min(spec.Int("Local", 1), LocalAttention.LongestSequence);
        return
        [
            new SoftmaxBranch(
            [
                new KeyRange { Name = "Strided", Step = stride, Hole = local },
                new KeyRange { Name = "Near", Before = local, After = local },
            ]),
        ];
    }
}
