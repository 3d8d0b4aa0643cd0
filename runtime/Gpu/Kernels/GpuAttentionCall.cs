using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>
/// One attention call as generated GPU kernels see it: the device's counterpart of <see cref="Kernels.AttentionCall"/>, to whose members these correspond. Strides are
/// in elements; flags are 1 or 0; a view of something absent holds nothing of meaning.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GpuAttentionCall
{
#pragma warning disable CS1591 // As in AttentionCall.
    public ArrayView<float> Query, Key, Value, Output, Local, LogSumExp;
    public long QueryBatchStride, QueryHeadStride, QueryRowStride;
    public long KeyBatchStride, KeyHeadStride, KeyRowStride;
    public long ValueBatchStride, ValueHeadStride, ValueRowStride;
    public long OutputBatchStride, OutputHeadStride, OutputRowStride;
    public long LocalBatchStride, LocalHeadStride, LocalRowStride;

    /// <summary>Tiles of queries of each head, of the longest sequence.</summary>
    public int Tiles;

    /// <summary>Heads (of all sequences) of a section of the launch, and of the first one, which may have fewer; 0: none is smaller. See <see cref="GpuOrder"/>.</summary>
    public int HeadsTogether, HeadsFirst;

    public int QueryLength, KeyLength;
    public int AlignsEnds, HasLogSumExp, HasKeyLengths, IsPacked, HasQueryPositions, HasKeyPositions, HasMasks, HasKeep, HasDrop, HasBias, HasBlocks, DropsWeights;

    public ArrayView<int> KeyLengths, CumulativeQueries, CumulativeKeys;

    public ArrayView<int> QueryPositions, KeyPositions;
    public long QueryPositionStride, QueryPositionAxisStride, KeyPositionStride, KeyPositionAxisStride;
    public ArrayView<float> QueryRotation, KeyRotation;

    /// <summary>alibi's slopes; learned logits; gains of normalised rows.</summary>
    public ArrayView<float> Slopes, SinkLogits, QueryGain, KeyGain;

    /// <summary>relative: vectors of distances, and the products of queries with them <c>[groups, tile rows, distances]</c>.</summary>
    public ArrayView<float> RelativeKeys, RelativeValues, DistanceTerms;

    /// <summary>t5: each head's bias by distance, base-2 units.</summary>
    public ArrayView<float> BucketBiases;

    public ArrayView<byte> Keep, Drop;
    public ArrayView<float> Bias;
    public Kernels.MaskStrides KeepStrides, DropStrides, BiasStrides;

    public ArrayView<int> Blocks;
    public ArrayView<ulong> BlockRows;
    public long BlockBatchStride, BlockHeadStride;
    public int KeyBlocks;

    /// <summary>Whether rows of keys and of values are whole vectors of four floats at aligned places.</summary>
    public int HasKeyVectors, HasValueVectors;

    /// <summary>
    /// A cache <c>[sequences, KV heads, capacity, vectors of a row]</c>, in vectors of 16 bytes, whatever they hold; which of its sequences are those of the call, and the
    /// tokens that each held before it. Masks may be about the new tokens alone. Sequences of at most <see cref="DecodedTokens"/> new tokens are decoded.
    /// </summary>
    public ArrayView<Float4> CacheKeys, CacheValues;
    public ArrayView<int> Sequences, PastLengths;
    public long CacheKeyHeadStride, CacheValueHeadStride;
    public int IsCached, MasksNewTokens, DecodedTokens;

    /// <summary>What the parts of decoded sequences leave <c>[sequences, KV heads, rows, most parts, vectors]</c>.</summary>
    public ArrayView<Float4> Parts;
    public int MostParts, MostRows;

    public uint DropoutThreshold, DropoutSeedLow, DropoutSeedHigh;
    public float DropoutScale;

    /// <summary>Tensor cores: the first elements of 16 bits (of the output maybe of 32), as addresses, and where a preparing kernel writes, in pairs.</summary>
    public long QueryAddress, KeyAddress, ValueAddress, OutputAddress, LogSumExpAddress;
    public ArrayView<uint> Prepared;
    public int OutputIsNarrow;
#pragma warning restore CS1591
}
