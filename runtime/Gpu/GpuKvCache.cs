using System.Runtime.CompilerServices;
using AttentionGen.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>
/// Keys and values of past tokens of one layer in a device's memory: a fixed number of sequences with room for a fixed number of tokens each, all of it taken at once.
/// The device's counterpart of <see cref="ContiguousKvCache"/>. Lengths are the host's, and count tokens whose storing is queued. Not safe for use from several threads at once;
/// calls on several streams must not touch the same sequence.
/// </summary>
/// <remarks>
/// Keys <c>[sequences, KvHeads, capacity, HeadDim]</c> as they are compared, normalised and rotated; values <c>[sequences, KvHeads, capacity, ValueDim]</c>. Rows are whole
/// vectors of 16 bytes. Pages play no part here.
/// </remarks>
public sealed class GpuKvCache : IDisposable, ICacheLengths
{
    private const int VectorBytes = 16;

    private readonly MemoryBuffer1D<Float4, Stride1D.Dense> keys, values;
    private readonly int[] lengths;
    private bool isDisposed;

    /// <summary>An empty cache. Its sequences are 0 to <paramref name="sequences"/> - 1.</summary>
    /// <param name="context">The device.</param>
    /// <param name="shape">Geometry and storage: the host's <c>CacheShape</c>.</param>
    /// <param name="sequences">Sequences, at least 1.</param>
    /// <param name="capacity">Tokens each can hold, at least 1.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> stores Int8, which is for the CPU.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is less than 1.</exception>
    /// <exception cref="GpuOutOfMemoryException">The device has no such memory left.</exception>
    public GpuKvCache(GpuAttentionContext context, KvShape shape, int sequences, int capacity)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (shape.Precision == KvPrecision.Int8)
        {
            throw new ArgumentException($"A cache on a GPU stores {KvPrecision.Single}, {KvPrecision.Half} or {KvPrecision.BFloat16}, but the shape is {shape}.", nameof(shape));
        }

        (Context, Shape, Capacity, lengths) = (context, shape, capacity, new int[sequences]);
        KeyHeadStride = (long)capacity * Vectors(shape.HeadDim);
        ValueHeadStride = (long)capacity * Vectors(shape.ValueDim);
        long heads = (long)sequences * shape.KvHeads;
        keys = context.AllocateBuffer<Float4>(checked(heads * KeyHeadStride), "keys of a cache");
        try
        {
            values = context.AllocateBuffer<Float4>(checked(heads * ValueHeadStride), "values of a cache");
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>The device.</summary>
    public GpuAttentionContext Context { get; }

    /// <summary>Geometry and storage.</summary>
    public KvShape Shape { get; }

    /// <summary>Sequences.</summary>
    public int Sequences => lengths.Length;

    /// <summary>Tokens that each sequence can hold.</summary>
    public int Capacity { get; }

    /// <summary>Device memory that it holds.</summary>
    public long Bytes => (KeyHeadStride + ValueHeadStride) * Sequences * Shape.KvHeads * VectorBytes;

    int ICacheLengths.Window => int.MaxValue;

    int ICacheLengths.Sinks => int.MaxValue;

    int ICacheLengths.MostNewTokens => int.MaxValue;

    internal ArrayView<Float4> Keys => keys.AsContiguous();

    internal ArrayView<Float4> Values => values.AsContiguous();

    /// <summary>Vectors from one head to the next.</summary>
    internal long KeyHeadStride { get; }

    internal long ValueHeadStride { get; }

    /// <summary>Tokens of a sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public int Length(int sequence)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        KvArguments.CheckSequence(sequence, lengths.Length);
        return lengths[sequence];
    }

    /// <summary>Forgets tokens from <paramref name="length"/> on: rejected drafts, or all of a sequence that ended.</summary>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <param name="length">The new length, at most the present one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence, or <paramref name="length"/> is negative or more than the present one.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public void Truncate(int sequence, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length(sequence));
        lengths[sequence] = length;
    }

    /// <summary>Waits for what the device does, then releases the memory.</summary>
    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            Context.Synchronize();
            keys.Dispose();
            values.Dispose();
        }
    }

    /// <summary>Throws unless there is room for so many more tokens.</summary>
    internal void CheckRoom(int sequence, int tokens)
    {
        if (tokens > Capacity - Length(sequence))
        {
            throw new InvalidOperationException($"Sequence {sequence} holds {Length(sequence)} tokens and can reach {Capacity}; {tokens} more were asked for.");
        }
    }

    internal void Commit(int sequence, int tokens) => lengths[sequence] += tokens;

    private int Vectors(int dim) => ((dim * Shape.ElementBytes) + VectorBytes - 1) / VectorBytes;
}
