using System.ComponentModel;
using System.Runtime.CompilerServices;
using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// Which attention weights a call with a dropout seed drops (Srivastava et al. 2014). The mask is a function of seed and indices alone: the same for any
/// register width, thread count and tile, and computed anew wherever it is needed.
/// </summary>
/// <remarks>
/// Word (key mod 4) of Philox 4x32-10 at counter (key / 4, query, head, batch) under the seed's low and high half; a weight is dropped when the word is
/// below <c>probability * 2^32</c>.
/// </remarks>
public static unsafe class DropoutMask
{
    private const double Words = 4294967296.0;

    /// <summary>Whether a weight is kept.</summary>
    /// <param name="seed">The call's seed.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head.</param>
    /// <param name="query">The query's index.</param>
    /// <param name="key">The key's index.</param>
    /// <param name="probability">With which weights are dropped, from 0 to less than 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1), or an index is negative.</exception>
    public static bool Keeps(long seed, int batch, int head, int query, int key, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(head);
        ArgumentOutOfRangeException.ThrowIfNegative(query);
        ArgumentOutOfRangeException.ThrowIfNegative(key);
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Expected a probability of at least 0 and less than 1.");
        }

        (uint a, uint b, uint c, uint d) = Philox.Words((uint)key / 4, (uint)query, (uint)head, (uint)batch, (uint)seed, (uint)(seed >> 32));
        return (key % 4) switch { 0 => a, 1 => b, 2 => c, _ => d } >= Threshold(probability);
    }

    /// <summary>Drops and scales the weights of one tile.</summary>
    /// <param name="call">The call.</param>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head.</param>
    /// <param name="query">The tile's first query.</param>
    /// <param name="rows">Real rows of the tile.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">One past the last key.</param>
    /// <param name="keys">The index of each key, where they are not consecutive; null: <paramref name="from"/>, from + 1, ...</param>
    /// <param name="weights">The weight of the first query and key.</param>
    /// <param name="stride">Floats from one row of weights to the next.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(AttentionCall* call, int batch, int head, int query, int rows, int from, int to, float* keys, float* weights, int stride)
    {
        uint threshold = call->DropoutThreshold, low = (uint)call->DropoutSeed, high = (uint)(call->DropoutSeed >> 32);
        float scale = call->DropoutScale;
        uint* words = stackalloc uint[4];
        for (int r = 0; r < rows; r++)
        {
            float* row = weights + (r * stride);
            long drawn = -1;
            for (int n = 0; n < to - from; n++)
            {
                int key = keys == null ? from + n : (int)keys[n];
                if (key / 4 != drawn)
                {
                    drawn = key / 4;
                    (words[0], words[1], words[2], words[3]) = Philox.Words((uint)drawn, (uint)(query + r), (uint)head, (uint)(call->FirstSequence + batch), low, high);
                }

                row[n] = words[key & 3] >= threshold ? row[n] * scale : 0f;
            }
        }
    }

    /// <summary>Words below it drop their weight.</summary>
    internal static uint Threshold(double probability) => (uint)Math.Min(Math.Ceiling(probability * Words), uint.MaxValue);
}
