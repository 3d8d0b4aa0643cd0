using System.Numerics;

namespace AttentionGen.Reference;

/// <summary>What depends on the distance key - query alone: Shaw's vectors and T5's buckets.</summary>
public static class Distance
{
    /// <summary>What was written for the distances' vectors (Shaw et al. 2018), as the type or as an encoding; null: there are none.</summary>
    public static Parameters? Relative(ReferenceProblem problem) => Find(problem, "relative");

    /// <summary>What was written for the buckets (Raffel et al. 2020), as the type or as an encoding; null: there are none.</summary>
    public static Parameters? T5(ReferenceProblem problem) => Find(problem, "t5");

    /// <summary>The row of a distance's vector: clip(j - i, -k, k) + k (Shaw et al. 2018, equation 5 and section 3.2).</summary>
    public static int Row(Parameters relative, int query, int key)
    {
        int most = relative.Int("MaxRelativePosition", 32);
        return Math.Clamp(key - query, -most, most) + most;
    }

    /// <summary>
    /// <c>_relative_position_bucket</c> of T5's published code. There a far distance n has bucket
    /// e + floor(log(n/e) / log(D/e) * (B - e)), e the number of exact buckets, B of all, D the greatest distance: the largest k for which
    /// (n/e)^(B-e) is at least (D/e)^k, here in whole numbers so that no logarithm is rounded. With e = 0 there is one bucket.
    /// </summary>
    public static int Bucket(int distance, bool bidirectional, int buckets, int maxDistance)
    {
        int bucket = 0;
        int length;
        if (bidirectional)
        {
            buckets /= 2;
            bucket = distance > 0 ? buckets : 0;
            length = Math.Abs(distance);
        }
        else
        {
            length = -Math.Min(distance, 0);
        }

        int exact = buckets / 2;
        if (length < exact)
        {
            return bucket + length;
        }

        int steps = buckets - exact, far = 0;
        BigInteger reached = BigInteger.Pow(length, steps);
        while (exact > 0 && far < steps && reached >= BigInteger.Pow(exact, steps - far - 1) * BigInteger.Pow(maxDistance, far + 1))
        {
            far++;
        }

        return bucket + Math.Min(exact + far, buckets - 1);
    }

    /// <summary>T5's bias of a pair.</summary>
    public static double BucketBias(ReferenceProblem problem, Parameters t5, int head, int query, int key)
    {
        int buckets = t5.Int("Buckets", 32);
        bool causal = problem.Causal || problem.Type == "causal";
        int bucket = Bucket(key - query, !causal && t5.Int("Bidirectional", 1) != 0, buckets, t5.Int("MaxDistance", 128));
        return problem.BucketBias![(head * buckets) + bucket];
    }

    /// <summary>
    /// What the vector of the distance adds to a score (Shaw et al. 2018, equation 5: the query is compared with the key plus the vector), and the
    /// size |factor| |q| |vector| that its rounding error is a share of. Unscaled, only q.k is multiplied by the scale.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="features">The query's features that the softmax compares, before positions enter.</param>
    /// <param name="half">Which half of the features they are; null: all.</param>
    /// <param name="scale">The factor on q.k.</param>
    /// <param name="query">The query's aligned index.</param>
    /// <param name="key">The key's index.</param>
    public static (double Term, double Range) Term(ReferenceProblem problem, double[] features, int? half, double scale, int query, int key)
    {
        if (Relative(problem) is not { } relative)
        {
            return (0, 0);
        }

        double factor = relative.Int("Scaled", 1) != 0 ? scale : 1;
        int start = (Row(relative, query, key) * problem.Sizes.HeadDim) + (features.Length * (half ?? 0));
        double[] vector = ReferenceProblem.Widen(problem.RelativeKeys.AsSpan(start, features.Length));
        return (factor * ReferenceAttention.Dot(features, vector), Math.Abs(factor) * ReferenceAttention.Norm(features) * ReferenceAttention.Norm(vector));
    }

    /// <summary>The terms that keys at the same clipped distance have in common, with the weight of all those keys.</summary>
    public static IReadOnlyList<(double Weight, double Range)> SharedTerms(ReferenceProblem problem, double[] features, int? half, double scale, int query, IReadOnlyList<int> keys, double[] weights) =>
        Relative(problem) is not { } relative ? []
        : [.. keys.Select((key, n) => (Key: key, Weight: weights[n]))
            .GroupBy(pair => Row(relative, query, pair.Key))
            .Select(group => (group.Sum(pair => pair.Weight), Term(problem, features, half, scale, query, group.First().Key).Range))];

    private static Parameters? Find(ReferenceProblem problem, string name) =>
        problem.Type == name ? problem.Parameters : problem.Encodings.FirstOrDefault(encoding => encoding.Name == name)?.Parameters;
}
