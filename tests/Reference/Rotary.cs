namespace AttentionGen.Reference;

/// <summary>The rotary encodings: RoFormer (Su et al. 2021, equation 34), its stretched forms, several axes, and xpos.</summary>
public static class Rotary
{
    private const int Interleaved = 1;

    /// <summary>Turns each pair i of the first RotaryDim features by <c>position * base^(-2i/RotaryDim)</c>, in place.</summary>
    /// <param name="parameters">What was declared.</param>
    /// <param name="row">The row.</param>
    /// <param name="positions">The row's position, on every axis.</param>
    /// <param name="longest">One past the highest position of the call (longrope).</param>
    public static void Turn(Parameters parameters, double[] row, int[] positions, int longest)
    {
        int rotaryDim = parameters.Int("RotaryDim", row.Length);
        (double[] frequencies, double magnitude) = Frequencies(parameters, rotaryDim, longest);
        for (int pair = 0; pair < rotaryDim / 2; pair++)
        {
            int position = positions[Math.Min(AxisOf(parameters, pair), positions.Length - 1)];
            Turn(parameters, row, pair, rotaryDim, position * frequencies[pair], magnitude);
        }
    }

    /// <summary>xpos (Sun et al. 2022, equation 17 and its appendix): q turned and times zeta^(n / ScaleBase), k turned and divided by it.</summary>
    public static void TurnWithDecay(Parameters parameters, double[] row, int position, bool isKey)
    {
        int rotaryDim = parameters.Int("RotaryDim", row.Length);
        for (int pair = 0; pair < rotaryDim / 2; pair++)
        {
            double zeta = ((2.0 * pair / rotaryDim) + 0.4) / (1 + 0.4);
            double decay = Math.Exp(Math.Log(zeta) * position / parameters.Number("ScaleBase", 512));
            Turn(parameters, row, pair, rotaryDim, position / Math.Pow(parameters.Number("Base", 10000), 2.0 * pair / rotaryDim), isKey ? 1 / decay : decay);
        }
    }

    private static void Turn(Parameters parameters, double[] row, int pair, int rotaryDim, double angle, double magnitude)
    {
        bool interleaved = parameters.Int("Layout", 0) == Interleaved;
        int first = interleaved ? 2 * pair : pair;
        int second = interleaved ? (2 * pair) + 1 : pair + (rotaryDim / 2);
        (double x, double y) = (row[first], row[second]);
        row[first] = magnitude * ((x * Math.Cos(angle)) - (y * Math.Sin(angle)));
        row[second] = magnitude * ((x * Math.Sin(angle)) + (y * Math.Cos(angle)));
    }

    // The section that a pair falls in.
    private static int AxisOf(Parameters parameters, int pair)
    {
        int axis = 0;
        float past = 0;
        foreach (float section in parameters.Array("Sections") ?? [])
        {
            past += section;
            axis += pair >= past ? 1 : 0;
        }

        return axis;
    }

    private static (double[] Frequencies, double Magnitude) Frequencies(Parameters p, int dim, int longest)
    {
        double wavelengthBase = p.Number("Base", 10000), factor = p.Number("ScalingFactor", 1), original = p.Number("OriginalMaxLength", 0);
        double[] plain = [.. Enumerable.Range(0, dim / 2).Select(pair => 1 / Math.Pow(wavelengthBase, 2.0 * pair / dim))];
        switch (p.Int("Scaling", 0))
        {
            case 1: // Chen et al. 2023, equation 4: f(x, m / s)
                return ([.. plain.Select(frequency => frequency / factor)], 1);
            case 2: // bloc97 2023: b' = b s^(d / (d - 2))
                return dim == 2 ? (plain, 1) : ([.. Enumerable.Range(0, dim / 2).Select(pair => Math.Pow(wavelengthBase * Math.Pow(factor, dim / (dim - 2.0)), -2.0 * pair / dim))], 1);
            case 3: // Peng et al. 2023, section 3.2: ramps over the pairs between beta turns, rounded outwards to whole pairs
                double Pair(double turns) => dim / 2.0 * Math.Log(original / (2 * Math.PI * turns), wavelengthBase);
                double from = Math.Max(0, Math.Floor(Pair(p.Number("BetaFast", 32)))), to = Math.Min(dim - 1, Math.Ceiling(Pair(p.Number("BetaSlow", 1))));
                double Ramp(int pair) => Math.Min(1, Math.Max(0, (pair - from) / (to == from ? 0.001 : to - from)));
                double temperature = factor > 1 ? 1 + (Math.Log(factor) / 10) : 1;
                return ([.. plain.Select((frequency, pair) => frequency * (1 - Ramp(pair)) + (frequency / factor * Ramp(pair)))], p.Number("AttentionFactor", temperature));
            case 4: // Ding et al. 2024, equation 2: a divisor for each pair, by the length in use
                float[] divisors = p.Array(longest > original ? "LongFactors" : "ShortFactors")!;
                return ([.. plain.Select((frequency, pair) => frequency / divisors[pair])], p.Number("AttentionFactor", factor > 1 ? Math.Sqrt(1 + Math.Log(factor, original)) : 1));
            case 5: // Llama 3.1's reference code: by wavelength
                double low = p.Number("LowFrequencyFactor", 1), high = p.Number("HighFrequencyFactor", 4);
                return ([.. plain.Select(frequency =>
                {
                    double wavelength = 2 * Math.PI / frequency;
                    if (wavelength < original / high)
                    {
                        return frequency;
                    }

                    double smooth = ((original / wavelength) - low) / (high - low);
                    return wavelength > original / low ? frequency / factor : ((1 - smooth) * frequency / factor) + (smooth * frequency);
                })], 1);
            default:
                return (plain, 1);
        }
    }
}
