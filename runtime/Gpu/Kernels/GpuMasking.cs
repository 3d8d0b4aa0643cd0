using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>A call's masks and bias, asked pair by pair, and its block mask, asked tile by tile too.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuMasking
{
    private const float Log2OfE = 1.44269504f;

    /// <summary>A score in base-2 units under the call's masks and bias.</summary>
    /// <param name="call">The call.</param>
    /// <param name="work">The group's work.</param>
    /// <param name="row">The row of the tile; past the last it is taken for that.</param>
    /// <param name="key">The key's index; anything where the score is hidden already.</param>
    /// <param name="score">The score.</param>
    public static float Apply(GpuAttentionCall call, GpuWork work, int row, int key, float score)
    {
        if (score == float.NegativeInfinity)
        {
            return score;
        }

        int query = Math.Min(work.FirstRow + row, work.QueryLength - 1);
        int column = key - work.FirstMaskedKey;
        bool hidden = column >= 0 && call.HasKeep != 0 && call.Keep[Offset(call.KeepStrides, work, query) + column] == 0;
        hidden |= column >= 0 && call.HasDrop != 0 && call.Drop[Offset(call.DropStrides, work, query) + column] != 0;
        hidden |= call.HasBlocks != 0 && !IsKept(call, work, query, key);
        if (hidden)
        {
            return float.NegativeInfinity;
        }

        return column >= 0 && call.HasBias != 0 ? score + (call.Bias[Offset(call.BiasStrides, work, query) + column] * Log2OfE) : score;
    }

    /// <summary>Whether the block mask lets any query of a tile see any of some consecutive keys.</summary>
    public static bool SeesAny(GpuAttentionCall call, GpuWork work, int key, int keys)
    {
        bool any = false;
        int lastBlock = Math.Min(key + keys, work.KeyLength) - 1;
        for (int query = work.FirstRow / BlockMask.QueryBlock; query * BlockMask.QueryBlock < work.FirstRow + work.Rows; query++)
        {
            for (int block = key / BlockMask.KeyBlock; block * BlockMask.KeyBlock <= lastBlock; block++)
            {
                any |= call.Blocks[BlockOf(call, work, query, block)] != BlockMask.Empty;
            }
        }

        return any;
    }

    private static bool IsKept(GpuAttentionCall call, GpuWork work, int query, int key)
    {
        int block = call.Blocks[BlockOf(call, work, query / BlockMask.QueryBlock, key / BlockMask.KeyBlock)];
        if (block < BlockMask.FirstPartial)
        {
            return block == BlockMask.Full;
        }

        ulong word = call.BlockRows[((block - BlockMask.FirstPartial) * (long)BlockMask.QueryBlock) + (query % BlockMask.QueryBlock)];
        return ((word >> (key % BlockMask.KeyBlock)) & 1UL) != 0;
    }

    private static long BlockOf(GpuAttentionCall call, GpuWork work, int queryBlock, int keyBlock) =>
        (work.Batch * call.BlockBatchStride) + (work.Head * call.BlockHeadStride) + (queryBlock * (long)call.KeyBlocks) + keyBlock;

    private static long Offset(Kernels.MaskStrides strides, GpuWork work, int query) =>
        (work.Batch * strides.Batch) + (work.Head * strides.Head) + (query * strides.Row);
}
