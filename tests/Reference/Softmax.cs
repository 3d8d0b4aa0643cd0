namespace AttentionGen.Reference;

/// <summary>Softmax over a list of scores.</summary>
public static class Softmax
{
    /// <summary>
    /// Replaces the scores with weights that sum to one and returns the natural log of the sum of their exponentials. With no score,
    /// or with none above negative infinity, the weights are zeros and the result is negative infinity. A NaN makes every weight NaN.
    /// </summary>
    public static double InPlace(Span<double> scores)
    {
        double max = double.NegativeInfinity;
        foreach (double score in scores)
        {
            max = Math.Max(max, score);
        }

        if (double.IsNegativeInfinity(max))
        {
            scores.Clear();
            return double.NegativeInfinity;
        }

        double sum = 0;
        for (int j = 0; j < scores.Length; j++)
        {
            scores[j] = Math.Exp(scores[j] - max);
            sum += scores[j];
        }

        for (int j = 0; j < scores.Length; j++)
        {
            scores[j] /= sum;
        }

        return max + Math.Log(sum);
    }
}
