namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Seeded draws from the standard normal distribution.</summary>
public static class NormalDraw
{
    /// <summary>Fills <paramref name="data"/> by the Box-Muller transform.</summary>
    public static void Fill(Span<float> data, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < data.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            data[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
