using System.ComponentModel;
using System.Numerics;
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
        for (int r = 0; r < rows; r++)
        {
            Row row = new(call, batch, head, query + r, weights + (r * stride));
            if (keys == null)
            {
                row.Apply(from, to);
            }
            else
            {
                row.Apply(keys, to - from);
            }
        }
    }

    /// <summary>Words below it drop their weight.</summary>
    internal static uint Threshold(double probability) => (uint)Math.Min(Math.Ceiling(probability * Words), uint.MaxValue);

    /// <summary>The weights of one query.</summary>
    private readonly struct Row(AttentionCall* call, int batch, int head, int query, float* weights)
    {
        private const int Drawn = 4 * Philox.Counters;

        private readonly uint threshold = call->DropoutThreshold, low = (uint)call->DropoutSeed, high = (uint)(call->DropoutSeed >> 32);
        private readonly uint sequence = (uint)(call->FirstSequence + batch);
        private readonly float scale = call->DropoutScale;

        /// <summary>Keys from, from + 1, ..., to - 1.</summary>
        public void Apply(int from, int to)
        {
            uint* words = stackalloc uint[Drawn];
            for (int first = from & ~3; first < to; first += Drawn)
            {
                Philox.Fill((uint)first / 4, (uint)query, (uint)head, sequence, low, high, words);
                float* row = weights + (first - from);
                if (first >= from && first + Drawn <= to)
                {
                    Thin(row, words);
                    continue;
                }

                for (int n = Math.Max(from - first, 0); n < Math.Min(to - first, Drawn); n++)
                {
                    row[n] = words[n] >= threshold ? row[n] * scale : 0f;
                }
            }
        }

        /// <summary>Keys that are not consecutive.</summary>
        public void Apply(float* keys, int count)
        {
            uint* words = stackalloc uint[4];
            long drawn = -1;
            for (int n = 0; n < count; n++)
            {
                int key = (int)keys[n];
                if (key / 4 != drawn)
                {
                    drawn = key / 4;
                    (words[0], words[1], words[2], words[3]) = Philox.Words((uint)drawn, (uint)query, (uint)head, sequence, low, high);
                }

                weights[n] = words[key & 3] >= threshold ? weights[n] * scale : 0f;
            }
        }

        // One word for each weight.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Thin(float* row, uint* words)
        {
            Vector<uint> least = new(threshold);
            for (int n = 0; n < Drawn; n += Vector<float>.Count)
            {
                Vector<int> kept = Vector.GreaterThanOrEqual(Vector.Load(words + n), least).As<uint, int>();
                Vector.ConditionalSelect(kept, Vector.Load(row + n) * scale, Vector<float>.Zero).Store(row + n);
            }
        }
    }
}
