namespace AttentionGen;

/// <summary>Seeded draws for new weights: the same seed gives the same weights on every machine and in every release.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood 2014). Each tensor has a stream of its own, so that adding one leaves the others as they were.</remarks>
internal struct WeightInitialiser(int seed, int stream)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong state = Mix(((ulong)(uint)seed << 32) | (uint)stream);

    /// <summary>Xavier uniform (Glorot and Bengio 2010): within ±sqrt(6 / (inputs + outputs)).</summary>
    public void Xavier(Span<float> values, int inputs, int outputs)
    {
        Uniform(values, Math.Sqrt(6.0 / ((double)inputs + outputs)));
    }

    /// <summary>Uniform within ±limit.</summary>
    public void Uniform(Span<float> values, double limit)
    {
        foreach (ref float value in values)
        {
            value = (float)(((2 * NextDouble()) - 1) * limit);
        }
    }

    /// <summary>What softplus makes log-uniform between two bounds.</summary>
    public void InverseSoftplusLogUniform(Span<float> values, double least, double greatest)
    {
        foreach (ref float value in values)
        {
            double step = least * Math.Pow(greatest / least, NextDouble());
            value = (float)(step + Math.Log(1 - Math.Exp(-step)));
        }
    }

    /// <summary>Normal with mean 0, by Box and Muller (1958).</summary>
    public void Normal(Span<float> values, double deviation)
    {
        foreach (ref float value in values)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
            value = (float)(deviation * radius * Math.Cos(2 * Math.PI * NextDouble()));
        }
    }

    /// <summary>Uniform in [0, 1).</summary>
    private double NextDouble()
    {
        state += Golden;
        return (Mix(state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
