using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>A learned tensor that a layer owns besides its projections.</summary>
/// <param name="Name">Its name, in memory and in files.</param>
/// <param name="Rows">Rows; 0 for a vector.</param>
/// <param name="Columns">Columns, or the vector's length.</param>
/// <param name="Start">What a new layer fills it with.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ExtraWeight(string Name, int Rows, int Columns, WeightStart Start);

/// <summary>How a new tensor is filled.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class WeightStart
{
    /// <summary>Every element the same.</summary>
    public static WeightStart Constant(float value) => new Filled(value);

    /// <summary>The given elements.</summary>
    public static WeightStart Values(float[] values) => new Given(values);

    /// <summary>Normal with mean 0.</summary>
    /// <param name="deviation">The standard deviation.</param>
    public static WeightStart Normal(double deviation) => new Drawn(deviation);

    /// <summary>Sines and cosines of the position, a row for each (Vaswani et al. 2017).</summary>
    /// <param name="width">Features of a position.</param>
    /// <param name="baseFrequency">The base of the geometric progression of wavelengths.</param>
    public static WeightStart Sinusoids(int width, double baseFrequency) => new Waves(width, baseFrequency);

    /// <summary>Fills the elements; the same seed and stream give the same ones.</summary>
    internal abstract void Fill(float[] values, int seed, int stream);

    private sealed class Filled(float value) : WeightStart
    {
        internal override void Fill(float[] values, int seed, int stream) => Array.Fill(values, value);
    }

    private sealed class Given(float[] given) : WeightStart
    {
        internal override void Fill(float[] values, int seed, int stream) => given.CopyTo(values, 0);
    }

    private sealed class Drawn(double deviation) : WeightStart
    {
        internal override void Fill(float[] values, int seed, int stream) => new WeightInitialiser(seed, stream).Normal(values, deviation);
    }

    private sealed class Waves(int width, double baseFrequency) : WeightStart
    {
        internal override void Fill(float[] values, int seed, int stream)
        {
            int positions = values.Length / width;
            Array.Clear(values);
            new SinusoidalEncoding(width, baseFrequency, positions).AddTo(values, 1, positions);
        }
    }
}
