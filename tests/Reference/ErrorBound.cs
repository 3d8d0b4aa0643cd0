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
/// <item>A term that keys share, like that of all keys past a clipped distance, has one error for all of them: their weights are added before
/// they enter the sum of squares, times the term's own r.</item>
/// <item>The scale (and log2 e with it) is rounded once for all keys: u sum w_j |s_j|.</item>
/// <item>The exponential, the rescaling, the division and the rounding of the result: 10 u. (A plain single-precision loop was seen at 9.6 u
/// in all where one key has nearly all the weight, seed 1716614923; 6 u failed it.)</item>
/// <item>The two sums over n keys: sqrt(n)/2 u, the random walk of n roundings; and, as that is no random walk, the total of all weights
/// below 2 u, which a running sum near 1 absorbs whole, once in the sum of weights and once in the sum of values.</item>
/// </list>
/// The last two are relative to the row's scale, M = max_c sum_j w_j |v_jc|; so are the first two, except that a score's error moves the output
/// by w_j (v_j - output), which is at most 2 w_j (1 - w_j) V with V the largest visible value: where one key has nearly all the weight, that
/// is the smaller one and is taken, doubled because such a key is aligned with its query and its partial sums grow in a line, not in a walk. At head dim 64 and 512 keys of unit normal data the bound comes to about 2.4e-6 M. The worst-case bound,
/// linear in d and n, would be some fifty times that and would hide real defects. A plain single-precision loop mostly stays below a third of it.
/// </remarks>
public static class ErrorBound
{
    // The terms estimate random errors, whose tail is long where one key has nearly all the weight: of some ten thousand sampled calls of correct
    // kernels two came 2% and 9% above the plain estimate. Half as much again covers that; the planted defects of the harness are still all caught.
    private const double Allowance = 1.5;

    // A weight below 2^-127 of the row's largest is flushed to zero. That shows only where larger weights are dropped, which scales the rest up.
    private const double Flushed = 1.0 / (1L << 60) / (1L << 60);

    /// <summary>The unit roundoff of single precision.</summary>
    public const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>The allowed absolute error of the elements of an output row.</summary>
    /// <param name="weights">Softmax weights of the visible keys.</param>
    /// <param name="scores">Their scaled, biased scores.</param>
    /// <param name="ranges">Their r_j: <c>scale * |q| * |k_j| + |bias_j|</c>.</param>
    /// <param name="rowScale">M: max over features of sum_j w_j |v_jc|.</param>
    /// <param name="largestValue">V: the largest |v_jc| of the visible keys.</param>
    /// <param name="shared">Terms that several keys share: the weight of all those keys, and the term's r.</param>
    public static double Output(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, double rowScale, double largestValue, IReadOnlyList<(double Weight, double Range)>? shared = null)
    {
        double spread = rowScale * OfScores(weights, scores, ranges, shared, static weight => weight);
        double peaked = 4 * largestValue * OfScores(weights, scores, ranges, shared, static weight => weight * (1 - weight));
        return (Allowance * ((UnitRoundoff * ((rowScale * OfSums(weights.Length)) + Math.Min(spread, peaked))) + (2 * rowScale * Absorbed(weights)))) + (largestValue * Flushed);
    }

    /// <summary>
    /// The allowed absolute error where dropout may have taken the largest weights out of the output. What survives then errs relative to itself: by the
    /// softmax's common error, and by that of its own score, however small its weight.
    /// </summary>
    /// <inheritdoc cref="Output"/>
    public static double OutputOfSurvivors(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, double rowScale, double largestValue, IReadOnlyList<(double Weight, double Range)> shared)
    {
        double own = shared.Sum(static term => 4 * term.Range);
        for (int j = 0; j < weights.Length; j++)
        {
            own = weights[j] > 0 ? Math.Max(own, Math.Abs(scores[j]) + (4 * ranges[j])) : own;
        }

        double relative = OfSums(weights.Length) + own + OfScores(weights, scores, ranges, shared, static weight => weight);
        return (Allowance * rowScale * ((UnitRoundoff * relative) + (2 * Absorbed(weights)))) + (largestValue * Flushed);
    }

    /// <summary>The allowed absolute error of a log-sum-exp: its own rounding, and the same sources as the output's.</summary>
    /// <param name="weights">Softmax weights of the visible keys.</param>
    /// <param name="scores">Their scaled, biased scores.</param>
    /// <param name="ranges">Their r_j.</param>
    /// <param name="logSumExp">The exact value.</param>
    /// <param name="shared">Terms that several keys share.</param>
    public static double LogSumExp(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, double logSumExp, IReadOnlyList<(double Weight, double Range)>? shared = null) =>
        Allowance * UnitRoundoff * ((3 * Math.Abs(logSumExp)) + (2 * OfSums(weights.Length)) + OfScores(weights, scores, ranges, shared, static weight => weight));

    // What a running sum near 1 can lose or gain from terms below its own spacing (2 u): all of it, always in the same direction.
    private static double Absorbed(ReadOnlySpan<double> weights)
    {
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight < 2 * UnitRoundoff ? weight : 0;
        }

        return sum;
    }

    private static double OfSums(int keys) => 10 + (0.5 * Math.Sqrt(keys));

    private static double OfScores(ReadOnlySpan<double> weights, ReadOnlySpan<double> scores, ReadOnlySpan<double> ranges, IReadOnlyList<(double Weight, double Range)>? shared, Func<double, double> share)
    {
        double common = 0;
        double squares = 0;
        for (int j = 0; j < weights.Length; j++)
        {
            // A weight of zero is exact, whatever the score's size (negative infinity included).
            if (weights[j] > 0)
            {
                double moved = share(weights[j]);
                common += moved * Math.Abs(scores[j]);
                squares += moved * moved * ranges[j] * ranges[j];
            }
        }

        foreach ((double weight, double range) in shared ?? [])
        {
            double moved = share(Math.Min(weight, 1)) * range;
            squares += moved * moved;
        }

        return common + (4 * Math.Sqrt(squares));
    }
}
