using System.ComponentModel;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>What kernels ask a call's block mask: which keys of a block anyone sees, where the next run of visible blocks is, which scores to hide.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class BlockMasking
{
    /// <summary>Narrows keys [from, to) to those that some query of the chunk may see; false when there are none.</summary>
    public static bool Narrow(AttentionCall* call, WorkItem work, int groupSize, ref int from, ref int to)
    {
        (int first, int last) = (int.MaxValue, -1);
        int members = call->Blocks.HeadStride == 0 ? 1 : groupSize;
        for (int member = 0; member < members; member++)
        {
            for (int query = work.FirstRow / BlockMask.QueryBlock * BlockMask.QueryBlock; query < work.FirstRow + work.Rows; query += BlockMask.QueryBlock)
            {
                int* blocks = call->Blocks.Of(work.Batch, (work.KvHead * groupSize) + member, query);
                for (int block = from / BlockMask.KeyBlock; block * BlockMask.KeyBlock < to; block++)
                {
                    if (blocks[block] != BlockMask.Empty)
                    {
                        (first, last) = (Math.Min(first, block), Math.Max(last, block));
                    }
                }
            }
        }

        from = Math.Max(from, first == int.MaxValue ? to : first * BlockMask.KeyBlock);
        to = Math.Min(to, (last + 1) * BlockMask.KeyBlock);
        return from < to;
    }

    /// <summary>Moves <paramref name="from"/> to the next key before <paramref name="to"/> whose block is not empty and gives the end of the run of such blocks; at most <paramref name="from"/> when there is none.</summary>
    public static int NextRun(AttentionCall* call, int batch, int head, int query, ref int from, int to)
    {
        int* blocks = call->Blocks.Of(batch, head, query);
        int block = from / BlockMask.KeyBlock;
        while (block * BlockMask.KeyBlock < to && blocks[block] == BlockMask.Empty)
        {
            block++;
        }

        from = Math.Max(from, block * BlockMask.KeyBlock);
        while (block * BlockMask.KeyBlock < to && blocks[block] != BlockMask.Empty)
        {
            block++;
        }

        return Math.Min(to, block * BlockMask.KeyBlock);
    }

    /// <summary>Hides the scores [rows, from..to) of pairs that the mask does not keep, and finds the maxima of the rows where it hid any.</summary>
    /// <param name="call">The call that holds the mask.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head.</param>
    /// <param name="query">The tile's first query.</param>
    /// <param name="rows">Real rows of the tile.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">One past the last key.</param>
    /// <param name="keys">The index of each key, where they are not consecutive; null: <paramref name="from"/>, from + 1, ...</param>
    /// <param name="scores">The score of the first query and key.</param>
    /// <param name="stride">Floats from one row of scores to the next.</param>
    /// <param name="tileMax"><c>[rows, lanes]</c>: receives such a row's maximum in its first lane.</param>
    /// <param name="lanes">Lanes of <paramref name="tileMax"/>.</param>
    public static void Apply(AttentionCall* call, int batch, int head, int query, int rows, int from, int to, float* keys, float* scores, int stride, float* tileMax, int lanes)
    {
        int* blocks = call->Blocks.Of(batch, head, query);
        ulong* words = call->Blocks.Rows + (query % BlockMask.QueryBlock);
        for (int r = 0; r < rows; r++)
        {
            float* row = scores + (r * stride);
            bool hides = keys == null ? HideRuns(blocks, words + r, from, to, row) : HideEach(blocks, words + r, to - from, keys, row);
            if (hides)
            {
                new Span<float>(tileMax + (r * lanes), lanes).Fill(float.NegativeInfinity);
                tileMax[r * lanes] = Highest(new ReadOnlySpan<float>(row, to - from));
            }
        }
    }

    private static bool HideRuns(int* blocks, ulong* words, int from, int to, float* row)
    {
        bool hides = false;
        for (int start = from; start < to;)
        {
            int block = start / BlockMask.KeyBlock;
            int end = Math.Min(to, (block + 1) * BlockMask.KeyBlock);
            ulong hidden = Hidden(blocks[block], words) >> (start % BlockMask.KeyBlock);
            hidden &= ulong.MaxValue >> (BlockMask.KeyBlock - (end - start));
            hides |= hidden != 0;
            for (int at = start - from; hidden != 0;)
            {
                int visible = BitOperations.TrailingZeroCount(hidden);
                hidden >>= visible;
                int run = BitOperations.TrailingZeroCount(~hidden);
                new Span<float>(row + at + visible, run).Fill(float.NegativeInfinity);
                at += visible + run;
                hidden = run == BlockMask.KeyBlock ? 0 : hidden >> run;
            }

            start = end;
        }

        return hides;
    }

    private static bool HideEach(int* blocks, ulong* words, int count, float* keys, float* row)
    {
        bool hides = false;
        for (int n = 0; n < count; n++)
        {
            int key = (int)keys[n];
            if ((Hidden(blocks[key / BlockMask.KeyBlock], words) >> (key % BlockMask.KeyBlock) & 1) != 0)
            {
                row[n] = float.NegativeInfinity;
                hides = true;
            }
        }

        return hides;
    }

    private static ulong Hidden(int block, ulong* words) => block switch
    {
        BlockMask.Full => 0,
        BlockMask.Empty => ulong.MaxValue,
        _ => ~words[(long)(block - BlockMask.FirstPartial) * BlockMask.QueryBlock],
    };

    private static float Highest(ReadOnlySpan<float> row)
    {
        Vector<float> highest = new(float.NegativeInfinity);
        ReadOnlySpan<Vector<float>> whole = MemoryMarshal.Cast<float, Vector<float>>(row);
        foreach (Vector<float> scores in whole)
        {
            highest = Vector.ConditionalSelect(Vector.GreaterThan(scores, highest), scores, highest);
        }

        float greatest = float.NegativeInfinity;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            greatest = highest[lane] > greatest ? highest[lane] : greatest;
        }

        foreach (float score in row[(whole.Length * Vector<float>.Count)..])
        {
            greatest = score > greatest ? score : greatest;
        }

        return greatest;
    }
}
