using System;
using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Attention within blocks of the sequence.</summary>
public sealed class BlockAttention : AttentionType
{
    private const int DefaultBlockSize = 64;

    public override string Name => "block";

    public override IReadOnlyList<string> Aliases => ["blockwise"];

    public override string Summary => "softmax over the keys of the query's block and of its neighbours (blockwise attention, Qiu et al. 2020)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("BlockSize", ParameterKind.Int, "64", 1, "positions", "Positions i and j share a block when i / BlockSize == j / BlockSize."),
        new("Neighbours", ParameterKind.Int, "0", 0, "blocks", "Blocks visible to each side of the query's own."),
    ];

    public override KeyRange DeclaredRange(AttentionSpec spec)
    {
        // Rules ask this of declarations that are still wrong.
        int size = Math.Max(1, Math.Min(spec.Int("BlockSize", DefaultBlockSize), LocalAttention.LongestSequence));
        return new KeyRange { BlockSize = size, Neighbours = Math.Min(spec.Int("Neighbours"), LocalAttention.LongestSequence / size) };
    }
}
