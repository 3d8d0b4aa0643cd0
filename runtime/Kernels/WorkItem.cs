using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One unit of work: a chunk of one sequence's queries, for all query heads that share one key/value head.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct WorkItem
{
    private WorkItem(int batch, int kvHead, int firstRow, int rows, int keyLength)
    {
        Batch = batch;
        KvHead = kvHead;
        FirstRow = firstRow;
        Rows = rows;
        KeyLength = keyLength;
    }

    /// <summary>The sequence.</summary>
    public int Batch { get; }

    /// <summary>The key/value head.</summary>
    public int KvHead { get; }

    /// <summary>The chunk's first query.</summary>
    public int FirstRow { get; }

    /// <summary>Queries in the chunk.</summary>
    public int Rows { get; }

    /// <summary>Real keys of the sequence.</summary>
    public int KeyLength { get; }

    /// <summary>Decodes an item's number. Later chunks come first: under a causal mask they are the long ones, and short ones fill the gaps at the end.</summary>
    public static WorkItem Of(AttentionCall* call, int item, int kvHeads)
    {
        int units = call->Batch * kvHeads;
        int chunk = call->Chunks - 1 - (item / units);
        int unit = item % units;
        int batch = unit / kvHeads;
        int firstRow = chunk * call->ChunkRows;
        return new WorkItem(
            batch,
            unit % kvHeads,
            firstRow,
            Math.Min(call->ChunkRows, call->QueryLength - firstRow),
            call->KeyLengths == null ? call->KeyLength : call->KeyLengths[batch]);
    }

    /// <summary>Some of the chunk's queries.</summary>
    /// <param name="first">The first, counted from the chunk's own.</param>
    /// <param name="rows">How many.</param>
    public WorkItem Part(int first, int rows) => new(Batch, KvHead, FirstRow + first, rows, KeyLength);
}
