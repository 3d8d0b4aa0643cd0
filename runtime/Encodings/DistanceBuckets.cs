using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>
/// T5's buckets of distance (Raffel et al. 2020, and its published code): half of a direction's buckets hold one distance each, the others
/// grow in geometric progression up to the greatest distance, past which all share the last.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DistanceBuckets
{
    // A bucket starts at a distance whose logarithm is a whole number of steps; the quotient of two rounded logarithms may fall just short of it.
    private const double Slack = 1e-12;

    /// <summary>The map of all distances.</summary>
    /// <param name="count">Buckets, over both directions.</param>
    /// <param name="maxDistance">Distances from here on share the last bucket of their direction.</param>
    /// <param name="bidirectional">Whether the second half of the buckets is for keys after the query; otherwise those share bucket 0 with the query's own key.</param>
    public DistanceBuckets(int count, int maxDistance, bool bidirectional)
    {
        Count = count;
        int perDirection = bidirectional ? count / 2 : count;
        OfDistance = new int[(2 * maxDistance) + 1];
        for (int distance = -maxDistance; distance <= maxDistance; distance++)
        {
            int ahead = bidirectional && distance > 0 ? perDirection : 0;
            int length = bidirectional ? Math.Abs(distance) : Math.Max(0, -distance);
            OfDistance[distance + maxDistance] = ahead + BucketOf(length, perDirection, maxDistance);
        }
    }

    /// <summary>Buckets, over both directions.</summary>
    public int Count { get; }

    /// <summary><c>[2 * maxDistance + 1]</c>: the bucket of each distance key - query, from the lowest.</summary>
    internal int[] OfDistance { get; }

    /// <summary>Writes one head's bias of each distance in base-2 units, with copies of the ends to both sides.</summary>
    /// <param name="call">The call, whose bias is natural-log units.</param>
    /// <param name="head">The query head.</param>
    /// <param name="most">The greatest distance that is told apart.</param>
    /// <param name="lanes">Copies before the lowest distance.</param>
    /// <param name="table">Receives the biases.</param>
    /// <param name="length">Floats in the table: the copies after the highest distance fill it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Spread(AttentionCall* call, int head, int most, int lanes, float* table, int length)
    {
        const float Log2OfE = 1.44269504f;
        float* bias = call->BucketBias + (head * call->BucketBiasHeadStride);
        int count = (2 * most) + 1;
        for (int n = 0; n < length; n++)
        {
            int distance = Math.Clamp(n - lanes, 0, count - 1);
            table[n] = bias[call->BucketOfDistance[distance] * call->BucketBiasStride] * Log2OfE;
        }
    }

    private static int BucketOf(int length, int buckets, int maxDistance)
    {
        int exact = buckets / 2;
        if (length < exact)
        {
            return length;
        }

        // With a single bucket there is none to tell apart.
        double steps = exact == 0 ? 0 : Math.Log((double)length / exact) / Math.Log((double)maxDistance / exact) * (buckets - exact);
        return Math.Min(exact + (int)(steps + Slack), buckets - 1);
    }
}
