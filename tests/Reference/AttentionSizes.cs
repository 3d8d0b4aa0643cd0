namespace AttentionGen.Reference;

/// <summary>The sizes of one attention problem.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads; query head h reads key/value head <c>h / (Heads / KvHeads)</c> (Ainslie et al. 2023).</param>
/// <param name="QueryLength">Query positions per sequence.</param>
/// <param name="KeyLength">Key positions per sequence.</param>
/// <param name="HeadDim">Features of one query or key head.</param>
/// <param name="ValueDim">Features of one value head.</param>
public sealed record AttentionSizes(int Batch, int Heads, int KvHeads, int QueryLength, int KeyLength, int HeadDim, int ValueDim)
{
    /// <summary>Elements of <c>[batch, heads, queryLength, headDim]</c>.</summary>
    public int QueryCount => Batch * Heads * QueryLength * HeadDim;

    /// <summary>Elements of <c>[batch, kvHeads, keyLength, headDim]</c>.</summary>
    public int KeyCount => Batch * KvHeads * KeyLength * HeadDim;

    /// <summary>Elements of <c>[batch, kvHeads, keyLength, valueDim]</c>.</summary>
    public int ValueCount => Batch * KvHeads * KeyLength * ValueDim;

    /// <summary>Elements of <c>[batch, heads, queryLength, valueDim]</c>.</summary>
    public int OutputCount => Batch * Heads * QueryLength * ValueDim;

    /// <summary>Rows of <c>[batch, heads, queryLength]</c>.</summary>
    public int RowCount => Batch * Heads * QueryLength;

    /// <summary>The key/value head that a query head reads.</summary>
    public int KvHeadOf(int head) => head / (Heads / KvHeads);

    /// <summary>The index of row (batch, head, query) among <see cref="RowCount"/>.</summary>
    public int Row(int batch, int head, int query) => (((batch * Heads) + head) * QueryLength) + query;

    /// <summary>The index of row (batch, kvHead, key) among the key rows.</summary>
    public int KeyRow(int batch, int kvHead, int key) => (((batch * KvHeads) + kvHead) * KeyLength) + key;
}
