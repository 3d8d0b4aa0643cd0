using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One checked and pinned attention call, as generated kernels see it. Strides are in floats.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct AttentionCall
{
    /// <summary><c>[batch, heads, queryLength, headDim]</c>.</summary>
    public StridedTensor Query;

    /// <summary><c>[batch, kvHeads, keyLength, headDim]</c>.</summary>
    public StridedTensor Key;

    /// <summary><c>[batch, kvHeads, keyLength, valueDim]</c>.</summary>
    public StridedTensor Value;

    /// <summary><c>[batch, heads, queryLength, valueDim]</c>.</summary>
    public StridedTensor Output;

    /// <summary>Sequences.</summary>
    public int Batch;

    /// <summary>Query positions per sequence.</summary>
    public int QueryLength;

    /// <summary>Key positions per sequence, padding included.</summary>
    public int KeyLength;

    /// <summary>Added to a query's index to give the key index it stands at (<c>keyLength - queryLength</c> when aligned bottom-right).</summary>
    public int AlignmentOffset;

    /// <summary><c>[batch]</c>, or null: all keys are real.</summary>
    public int* KeyLengths;

    /// <summary><c>[batch, heads, queryLength]</c>, or null: not wanted.</summary>
    public float* LogSumExp;

    /// <summary>Floats from one head's log-sum-exp to the next.</summary>
    public long LogSumExpStride;

    /// <summary>The number of this call's first sequence, where it is one of several that are packed together; dropout counts on from it.</summary>
    public int FirstSequence;

    /// <summary>Rotary positions of the queries, or null: their index plus <see cref="QueryRotaryOffset"/>.</summary>
    public int* QueryPositions;

    /// <summary>Ints from one sequence's query positions to the next; 0 when shared.</summary>
    public long QueryPositionStride;

    /// <summary>Ints from one axis of query positions to the next; 0 when all axes share them.</summary>
    public long QueryPositionAxisStride;

    /// <summary>Ints from one axis of key positions to the next; 0 when all axes share them.</summary>
    public long KeyPositionAxisStride;

    /// <summary>Rotary positions of the keys, or null: their index plus <see cref="KeyRotaryOffset"/>.</summary>
    public int* KeyPositions;

    /// <summary>Ints from one sequence's key positions to the next; 0 when shared.</summary>
    public long KeyPositionStride;

    /// <summary>Added to a query's index to give its rotary position, where <see cref="QueryPositions"/> is null.</summary>
    public int QueryRotaryOffset;

    /// <summary>Added to a key's index to give its rotary position, where <see cref="KeyPositions"/> is null.</summary>
    public int KeyRotaryOffset;

    /// <summary><c>[positions, 2 * rotaryDim]</c>: each position's cosines, then its signed sines; or null.</summary>
    public float* QueryRotaryTable;

    /// <summary>The same for keys, which differs under xpos.</summary>
    public float* KeyRotaryTable;

    /// <summary>alibi: one slope per query head, or null.</summary>
    public float* Slopes;

    /// <summary><c>[distances, headDim]</c>: the key vector of each clipped distance, or null.</summary>
    public float* RelativeKeys;

    /// <summary><c>[distances, valueDim]</c>: the value vector of each clipped distance, or null.</summary>
    public float* RelativeValues;

    /// <summary>The bias of head h and bucket b, at <c>h * BucketBiasHeadStride + b * BucketBiasStride</c>, natural-log units; or null.</summary>
    public float* BucketBias;

    /// <summary>Floats from one head's bias to the next.</summary>
    public int BucketBiasHeadStride;

    /// <summary>Floats from one bucket's bias to the next.</summary>
    public int BucketBiasStride;

    /// <summary>The bucket of each distance, from the lowest; or null.</summary>
    public int* BucketOfDistance;

    /// <summary><c>[batch, heads, queryLength, valueDim]</c>: features that the output is mixed with, or null.</summary>
    public StridedTensor Local;

    /// <summary>performer: the random features <c>[features, headDim]</c>, or null.</summary>
    public float* FeatureRows;

    /// <summary>performer: the random features transposed, <c>[headDim, <see cref="RandomFeatures.Stride"/>]</c>, or null.</summary>
    public float* FeatureColumns;

    /// <summary>Gain of normalised queries, or null.</summary>
    public float* QueryGain;

    /// <summary>Gain of normalised keys, or null.</summary>
    public float* KeyGain;

    /// <summary>A logit per query head that joins the softmax, natural-log units, or null.</summary>
    public float* SinkLogits;

    /// <summary>Whether weights are dropped.</summary>
    public bool DropsWeights;

    /// <summary>Random words below it drop their weight.</summary>
    public uint DropoutThreshold;

    /// <summary>What kept weights are multiplied by.</summary>
    public float DropoutScale;

    /// <summary>The seed of dropout.</summary>
    public long DropoutSeed;

    /// <summary>linear, performer: what each sequence left behind, read at the start and written at the end <c>[sequences, kvHeads, floats of a head's state]</c>; null: nothing, and forgotten.</summary>
    public float* States;

    /// <summary>Floats from one sequence's states to the next.</summary>
    public long StateStride;

    /// <summary>Positions before the first, where there are states.</summary>
    public int Past;

    /// <summary>Queries of one head in one work item.</summary>
    public int ChunkRows;

    /// <summary>Work items per (sequence, key/value head).</summary>
    public int Chunks;

    /// <summary>Where keys and values stand, when it is not in <see cref="Key"/> and <see cref="Value"/>: those then are the new tokens only.</summary>
    public CacheView Cache;

    /// <summary>Tokens in the cache before this call's.</summary>
    public int PastLength;

    /// <summary>How a short call over a cache is cut, and where its parts come together.</summary>
    public DecodeCut Cut;

    /// <summary>The block mask.</summary>
    public BlockTable Blocks;

    /// <summary>Run-time masks and bias.</summary>
    public RuntimeMask Mask;
}

/// <summary>Where a <c>[batch, heads, length, dim]</c> tensor stands.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct StridedTensor
{
    /// <summary>The first element.</summary>
    public float* Data;

    /// <summary>Floats from one sequence to the next.</summary>
    public long BatchStride;

    /// <summary>Floats from one head to the next.</summary>
    public long HeadStride;

    /// <summary>Floats from one position to the next.</summary>
    public long RowStride;

    /// <summary>The first row of one head of one sequence.</summary>
    public readonly float* Head(int batch, int head) => Data + (batch * BatchStride) + (head * HeadStride);
}
