using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The block mask of a call, pinned; strides of 0 broadcast.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct BlockTable
{
    /// <summary><c>[query blocks, key blocks]</c> of each sequence and head, or null: no block mask.</summary>
    public int* Blocks;

    /// <summary>A word for each query row of each partial block.</summary>
    public ulong* Rows;

    /// <summary>Blocks from one sequence to the next.</summary>
    public long BatchStride;

    /// <summary>Blocks from one query head to the next.</summary>
    public long HeadStride;

    /// <summary>Key blocks.</summary>
    public int KeyBlocks;

    /// <summary>Whether the call has a block mask.</summary>
    public readonly bool IsPresent => Blocks != null;

    /// <summary>The blocks that a query sees, one for each key block.</summary>
    public readonly int* Of(int batch, int head, int query) => Blocks + (batch * BatchStride) + (head * HeadStride) + ((long)(query / BlockMask.QueryBlock) * KeyBlocks);
}
