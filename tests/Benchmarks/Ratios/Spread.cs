namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What many samples of one quantity amount to.</summary>
/// <param name="Median">The middle sample, or the mean of the middle two.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
public readonly record struct Spread(double Median, double Low, double High)
{
    /// <summary>Summarises at least one sample.</summary>
    public static Spread Of(double[] samples)
    {
        double[] sorted = [.. samples.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <summary>A quantity that was not sampled.</summary>
    public static Spread Exactly(double value) => new(value, value, value);
}
