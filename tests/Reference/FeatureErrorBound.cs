namespace AttentionGen.Reference;

/// <summary>How far a careful single-precision kernel of positive features may stray from the exact result.</summary>
/// <remarks>
/// With u = 2^-24, products p_jf = phi(q)_f phi(k_j)_f as shares of their sum, F features, n visible keys and M = max_c sum_jf p_jf |v_jc|:
/// <list type="bullet">
/// <item>A feature's exponent is a rounded dot product whose error is about 0.4 u |w_f| |x| (one standard deviation); an exponent's error is
/// a relative error of the feature. A query's feature errs alike for all keys, a key's for that key alone, and the norm of a key for all its
/// features: errors independent of each other meet as the root of the sum of squares, and each counts once in the numerator and once in the
/// denominator, which 4 u sqrt(...) covers with more than five standard deviations.</item>
/// <item>The exponents' own size: the scale and log2(e) are rounded once for a whole row and carried as single-precision numbers: u sum p_jf e_f
/// with e_f the reach of the dot product.</item>
/// <item>The maps, the rescaling of the state, the division and the rounding of the result: 12 u.</item>
/// <item>Sums of positive products, over n keys and over F features: a random walk of their roundings, sqrt(n)/2 u and sqrt(F)/2 u.</item>
/// </list>
/// All are relative to M. As in <see cref="ErrorBound"/>, half as much again is allowed for the tails of the estimates.
/// </remarks>
public static class FeatureErrorBound
{
    private const double Allowance = 1.5;

    /// <summary>The allowed absolute error of the elements of an output row.</summary>
    /// <param name="query">The query's features.</param>
    /// <param name="keys">The visible keys' features.</param>
    /// <param name="products">Products of features of each key, relative to the largest.</param>
    /// <param name="total">Their sum.</param>
    /// <param name="rowScale">M.</param>
    public static double Output(FeatureLogs query, IReadOnlyList<FeatureLogs> keys, double[][] products, double total, double rowScale)
    {
        int features = query.Logs.Length;
        var shareOfFeature = new double[features];
        double common = 0, squares = 0;
        for (int j = 0; j < keys.Count; j++)
        {
            double shareOfKey = 0;
            for (int f = 0; f < features; f++)
            {
                double share = products[j][f] / total;
                shareOfKey += share;
                shareOfFeature[f] += share;
                common += share * (query.Errors[f] + keys[j].Errors[f]);
                squares += Square(share * keys[j].Errors[f]);
            }

            squares += Square(shareOfKey * keys[j].CommonError);
            common += shareOfKey * keys[j].CommonError;
        }

        for (int f = 0; f < features; f++)
        {
            squares += Square(shareOfFeature[f] * query.Errors[f]);
        }

        double sums = 12 + (0.5 * Math.Sqrt(keys.Count)) + (0.5 * Math.Sqrt(features));
        return Allowance * ErrorBound.UnitRoundoff * rowScale * (sums + common + (4 * Math.Sqrt(squares)));
    }

    private static double Square(double x) => x * x;
}
