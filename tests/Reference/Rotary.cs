namespace AttentionGen.Reference;

/// <summary>The rotary encoding (RoFormer, Su et al. 2021, equation 34).</summary>
public static class Rotary
{
    private const int Interleaved = 1;

    /// <summary>Turns each pair i of the first RotaryDim features by <c>position * base^(-2i/RotaryDim)</c>, in place.</summary>
    public static void Turn(Parameters parameters, double[] row, int position)
    {
        int rotaryDim = parameters.Int("RotaryDim", row.Length);
        double wavelengthBase = parameters.Number("Base", 10000);
        bool interleaved = parameters.Int("Layout", 0) == Interleaved;
        for (int pair = 0; pair < rotaryDim / 2; pair++)
        {
            double angle = position * Math.Pow(wavelengthBase, -2.0 * pair / rotaryDim);
            int first = interleaved ? 2 * pair : pair;
            int second = interleaved ? (2 * pair) + 1 : pair + (rotaryDim / 2);
            (double x, double y) = (row[first], row[second]);
            row[first] = (x * Math.Cos(angle)) - (y * Math.Sin(angle));
            row[second] = (x * Math.Sin(angle)) + (y * Math.Cos(angle));
        }
    }
}
