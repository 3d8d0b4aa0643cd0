namespace AttentionGen.Benchmarks.Gpu;

/// <summary>How far results are from those they are held to.</summary>
public static class Difference
{
    /// <summary>The largest difference of an element; infinite where one is not finite, as poison is.</summary>
    public static double Largest(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double largest = 0;
        for (int n = 0; n < expected.Length; n++)
        {
            double difference = Math.Abs((double)actual[n] - expected[n]);
            largest = double.IsFinite(difference) ? Math.Max(largest, difference) : double.PositiveInfinity;
        }

        return largest;
    }
}
