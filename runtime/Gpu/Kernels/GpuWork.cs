using System.ComponentModel;

namespace AttentionGen.Gpu;

/// <summary>What one group of a kernel does: a tile of queries of one head of one sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GpuWork
{
    /// <summary>The sequence.</summary>
    public int Batch;

    /// <summary>The query head.</summary>
    public int Head;

    /// <summary>The tile's first query in its sequence.</summary>
    public int FirstRow;

    /// <summary>Queries of the tile; none where the sequence ends before it.</summary>
    public int Rows;

    /// <summary>Queries of the sequence.</summary>
    public int QueryLength;

    /// <summary>Keys of the sequence that are real.</summary>
    public int KeyLength;

    /// <summary>Added to a query's index to give the key that it stands at.</summary>
    public int AlignmentOffset;

    /// <summary>Where sequences are laid end to end, this one's first query and key.</summary>
    public int FirstQuery, FirstKey;

    /// <summary>Rotary positions of query 0 and key 0, where none are given.</summary>
    public int QueryRotaryOffset, KeyRotaryOffset;

    /// <summary>The elements at which the tile's first query, output, local features and log-sum-exp stand, and the head's first key and value.</summary>
    public long QueryAt, OutputAt, LocalAt, LogSumExpAt, KeyAt, ValueAt;

    /// <summary>Where the head's first key and value stand in the cache, in vectors.</summary>
    public long CacheKeyAt, CacheValueAt;

    /// <summary>The key that the first column of the call's masks is about; those before it are seen.</summary>
    public int FirstMaskedKey;

    /// <summary>The work of a group. Of each head the last tiles come first: causal ones among them are the longest.</summary>
    /// <param name="call">The call.</param>
    /// <param name="group">The tile, counted head by head.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="groupSize">Query heads that share a key/value head.</param>
    /// <param name="tileRows">Queries of a tile.</param>
    public static GpuWork Of(GpuAttentionCall call, int group, int heads, int groupSize, int tileRows)
    {
        int unit = group / call.Tiles, batch = unit / heads, head = unit % heads;
        GpuWork work = default;
        work.Batch = batch;
        work.Head = head;
        work.FirstRow = (call.Tiles - 1 - (group % call.Tiles)) * tileRows;
        int tensor = batch, keyLength = call.KeyLength;
        work.QueryLength = call.QueryLength;
        if (call.IsPacked != 0)
        {
            tensor = 0;
            work.FirstQuery = call.CumulativeQueries[batch];
            work.FirstKey = call.CumulativeKeys[batch];
            work.QueryLength = call.CumulativeQueries[batch + 1] - work.FirstQuery;
            keyLength = call.CumulativeKeys[batch + 1] - work.FirstKey;
        }

        work.Rows = Math.Min(tileRows, work.QueryLength - work.FirstRow);
        work.AlignmentOffset = call.AlignsEnds != 0 ? keyLength - work.QueryLength : 0;
        work.KeyLength = call.HasKeyLengths != 0 ? call.KeyLengths[batch] : keyLength;

        // More queries than keys, aligned at their ends: both move up together, since only relative position counts.
        bool shifted = work.AlignmentOffset < 0 && call.HasQueryPositions == 0 && call.HasKeyPositions == 0;
        work.KeyRotaryOffset = shifted ? -work.AlignmentOffset : 0;
        work.QueryRotaryOffset = Math.Max(0, work.AlignmentOffset);

        long row = work.FirstQuery + work.FirstRow;
        int kvHead = head / groupSize;
        work.QueryAt = (tensor * call.QueryBatchStride) + (head * call.QueryHeadStride) + (row * call.QueryRowStride);
        work.OutputAt = (tensor * call.OutputBatchStride) + (head * call.OutputHeadStride) + (row * call.OutputRowStride);
        work.LocalAt = (tensor * call.LocalBatchStride) + (head * call.LocalHeadStride) + (row * call.LocalRowStride);
        work.LogSumExpAt = ((((long)tensor * heads) + head) * call.QueryLength) + row;
        work.KeyAt = (tensor * call.KeyBatchStride) + (kvHead * call.KeyHeadStride) + (work.FirstKey * call.KeyRowStride);
        work.ValueAt = (tensor * call.ValueBatchStride) + (kvHead * call.ValueHeadStride) + (work.FirstKey * call.ValueRowStride);
        if (call.IsCached != 0)
        {
            int past = call.PastLengths[batch];
            long held = ((long)call.Sequences[batch] * (heads / groupSize)) + kvHead;
            work.CacheKeyAt = held * call.CacheKeyHeadStride;
            work.CacheValueAt = held * call.CacheValueHeadStride;
            work.KeyLength = past + work.QueryLength;
            work.AlignmentOffset = work.QueryRotaryOffset = work.KeyRotaryOffset = past;
            work.FirstMaskedKey = call.MasksNewTokens != 0 ? past : 0;
        }

        return work;
    }

    /// <summary>
    /// The work of a group that decodes: a tile of the rows <c>[tokens, group]</c> that share a KV head. <see cref="Head"/> is that head, and queries and their log-sum-exps
    /// are to be found from the first of the sequence.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="unit">The tile, over all KV heads and sequences.</param>
    /// <param name="kvHeads">KV heads.</param>
    /// <param name="groupSize">Query heads of each.</param>
    /// <param name="tileRows">Rows of a tile.</param>
    public static GpuWork OfDecode(GpuAttentionCall call, int unit, int kvHeads, int groupSize, int tileRows)
    {
        GpuWork work = Of(call, unit, kvHeads, 1, tileRows);
        int tensor = call.IsPacked != 0 ? 0 : work.Batch;
        work.Rows = work.QueryLength > call.DecodedTokens ? 0 : Math.Min(tileRows, (work.QueryLength * groupSize) - work.FirstRow);
        work.QueryAt = (tensor * call.QueryBatchStride) + (work.FirstQuery * call.QueryRowStride);
        work.OutputAt = (tensor * call.OutputBatchStride) + (work.FirstQuery * call.OutputRowStride);
        work.LogSumExpAt = ((long)tensor * kvHeads * groupSize * call.QueryLength) + work.FirstQuery;
        return work;
    }

    /// <summary>The rotary position of a query on an axis.</summary>
    public static int QueryPosition(GpuAttentionCall call, GpuWork work, int index, int axis) => call.HasQueryPositions != 0
        ? call.QueryPositions[(work.Batch * call.QueryPositionStride) + (axis * call.QueryPositionAxisStride) + work.FirstQuery + index]
        : index + work.QueryRotaryOffset;

    /// <summary>The rotary position of a key on an axis.</summary>
    public static int KeyPosition(GpuAttentionCall call, GpuWork work, int index, int axis) => call.HasKeyPositions != 0
        ? call.KeyPositions[(work.Batch * call.KeyPositionStride) + (axis * call.KeyPositionAxisStride) + work.FirstKey + index]
        : index + work.KeyRotaryOffset;
}
