namespace AttentionGen.Reference;

/// <summary>
/// How far a careful single-precision kernel may stray from the exact result, from the problem's own numbers.
/// </summary>
/// <remarks>
/// With u = 2^-24, weights w_j, scaled scores s_j and n visible keys, the sources of error are:
/// <list type="bullet">
/// <item>Each score is a rounded dot product. A chain of d fused multiply-adds whose partial sums grow like a random walk errs by about
/// 0.4 u |q||k_j| * scale (one standard deviation); a bias adds its own rounding. These errors are independent from key to key, so they
/// reach the output through the root of the sum of squares: 4 u sqrt(sum (w_j r_j)^2), with r_j = scale |q||k_j| + |bias_j|,
/// is beyond eight standard deviations.</item>
/// <item>The scale (and log2 e with it) is rounded once for all keys: u sum w_j |s_j|.</item>
/// <item>The exponential, the rescaling, the division and the rounding of the result: 6 u.</item>
/// <item>The two sums over n keys: sqrt(n)/2 u, the random walk of n roundings.</item>
/// </list>
/// All are relative to the row's scale, M = max_c sum_j w_j |v_jc|. At head dim 64 and 512 keys of unit normal data this comes to about
/// 1.3e-6 M. The worst-case bound, linear in d and n, would be some fifty times that and would hide real defects.
/// </remarks>
public static class ErrorBound
{
    /// <summary>The unit roundoff of single precision.</summary>
    public const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>The allowed absolute error of the elements of an output row.</summary>
    /// <param name="weights">Softmax weights of the visible keys.</param>
    /// <param name="scores">Their scaled, biased scores.</param>
    /// <param name="ranges">Their r_j: <c>scale * |q| * |k_j| + |bias_j|</c>.</param>
    /// <param name="rowScale">max over features of sum_j w_j |v_jc|.</param>
    public static double Output(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, double rowScale) =>
        UnitRoundoff * rowScale * Relative(weights, scores, ranges);

    /// <summary>The allowed absolute error of a log-sum-exp: its own rounding, and the same sources as the output's.</summary>
    /// <param name="weights">Softmax weights of the visible keys.</param>
    /// <param name="scores">Their scaled, biased scores.</param>
    /// <param name="ranges">Their r_j.</param>
    /// <param name="logSumExp">The exact value.</param>
    public static double LogSumExp(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, double logSumExp) =>
        UnitRoundoff * ((3 * Math.Abs(logSumExp)) + Relative(weights, scores, ranges));

    private static double Relative(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges)
    {
        double common = 0;
        double squares = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            // A weight of zero is exact, whatever the score's size (negative infinity included).
            if (weights[j] > 0)
            {
                common += weights[j] * Math.Abs(scores[j]);
                squares += weights[j] * weights[j] * ranges[j] * ranges[j];
            }
        }

        return 6 + (0.5 * Math.Sqrt(weights.Length)) + common + (4 * Math.Sqrt(squares));
    }
}
