using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The angle per position of each pair of features of a rotary encoding, and a factor on what is rotated. Computed in double.</summary>
/// <remarks>
/// The scalings stretch an encoding past the length L that a model was trained on. Where papers leave a choice, it is that of Hugging Face's
/// rope utilities, whose checkpoints are the ones in use.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RotaryFrequencies
{
    private RotaryFrequencies(double[] perPair, double magnitude)
    {
        PerPair = perPair;
        Magnitude = magnitude;
    }

    /// <summary>Radians per position of each pair.</summary>
    public IReadOnlyList<double> PerPair { get; }

    /// <summary>What cosines and sines are multiplied by; a score gets its square.</summary>
    public double Magnitude { get; }

    /// <summary><c>base^(-2i / rotaryDim)</c> (RoFormer, Su et al. 2021).</summary>
    /// <param name="rotaryDim">Features rotated; even.</param>
    /// <param name="baseFrequency">The base of the geometric progression, usually 10000.</param>
    /// <exception cref="ArgumentException">A number is not positive, or <paramref name="rotaryDim"/> is odd.</exception>
    public static RotaryFrequencies Plain(int rotaryDim, double baseFrequency)
    {
        if (rotaryDim <= 0 || rotaryDim % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(rotaryDim), rotaryDim, "Expected a positive even number of features.");
        }

        if (!double.IsFinite(baseFrequency) || baseFrequency <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(baseFrequency), baseFrequency, "Expected a positive number.");
        }

        double[] frequencies = new double[rotaryDim / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = Math.Pow(baseFrequency, -2.0 * pair / rotaryDim);
        }

        return new RotaryFrequencies(frequencies, 1);
    }

    /// <summary>Position interpolation: positions divided by the factor (Chen et al. 2023).</summary>
    public static RotaryFrequencies Linear(int rotaryDim, double baseFrequency, double factor) =>
        new([.. Plain(rotaryDim, baseFrequency).PerPair.Select(frequency => frequency / factor)], 1);

    /// <summary>NTK-aware interpolation: the base times <c>factor^(d / (d - 2))</c>, so that the slowest pair slows by the factor and the fastest not at all (bloc97 2023).</summary>
    public static RotaryFrequencies Ntk(int rotaryDim, double baseFrequency, double factor) =>
        new([.. Plain(rotaryDim, baseFrequency).PerPair.Select((frequency, pair) => pair == 0 ? frequency : frequency * Math.Pow(factor, -2.0 * pair / (rotaryDim - 2)))], 1);

    /// <summary>
    /// YaRN (Peng et al. 2023): pairs that turn more than <paramref name="betaFast"/> times over L stay, those that turn less than
    /// <paramref name="betaSlow"/> times are slowed by the factor, with a linear ramp between.
    /// </summary>
    public static RotaryFrequencies Yarn(int rotaryDim, double baseFrequency, double factor, int originalLength, double betaFast, double betaSlow, double? magnitude)
    {
        double PairOfTurns(double turns) => rotaryDim * Math.Log(originalLength / (turns * 2 * Math.PI)) / (2 * Math.Log(baseFrequency));
        double low = Math.Max(Math.Floor(PairOfTurns(betaFast)), 0);
        double high = Math.Min(Math.Ceiling(PairOfTurns(betaSlow)), rotaryDim - 1);
        double width = high == low ? 0.001 : high - low;
        double[] frequencies = [.. Plain(rotaryDim, baseFrequency).PerPair.Select((frequency, pair) =>
        {
            double slowed = Math.Clamp((pair - low) / width, 0, 1);
            return (frequency / factor * slowed) + (frequency * (1 - slowed));
        })];
        return new RotaryFrequencies(frequencies, magnitude ?? (factor <= 1 ? 1 : (0.1 * Math.Log(factor)) + 1));
    }

    /// <summary>LongRoPE (Ding et al. 2024): a divisor for every pair.</summary>
    /// <param name="rotaryDim">Features rotated; even.</param>
    /// <param name="baseFrequency">The base.</param>
    /// <param name="divisors">One per pair.</param>
    /// <param name="factor">How many times as long as L sequences may be.</param>
    /// <param name="originalLength">L.</param>
    /// <param name="magnitude">The factor on what is rotated; null: <c>sqrt(1 + ln factor / ln L)</c>.</param>
    public static RotaryFrequencies LongRope(int rotaryDim, double baseFrequency, float[] divisors, double factor, int originalLength, double? magnitude)
    {
        if (divisors.Length != rotaryDim / 2)
        {
            throw new ArgumentException($"Expected {rotaryDim / 2} factors, one per pair, but got {divisors.Length}.", nameof(divisors));
        }

        double[] frequencies = [.. Plain(rotaryDim, baseFrequency).PerPair.Select((frequency, pair) => frequency / divisors[pair])];
        return new RotaryFrequencies(frequencies, magnitude ?? (factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(originalLength)))));
    }

    /// <summary>Llama 3.1 (2024): wavelengths above L / lowFactor are stretched by the factor, those below L / highFactor stay, with a smooth passage.</summary>
    public static RotaryFrequencies Llama3(int rotaryDim, double baseFrequency, double factor, int originalLength, double lowFactor, double highFactor) =>
        new(
            [.. Plain(rotaryDim, baseFrequency).PerPair.Select(frequency =>
            {
                double turns = originalLength * frequency / (2 * Math.PI);
                double kept = lowFactor == highFactor ? (turns >= lowFactor ? 1 : 0) : Math.Clamp((turns - lowFactor) / (highFactor - lowFactor), 0, 1);
                return ((1 - kept) * frequency / factor) + (kept * frequency);
            })],
            1);
}
