namespace AttentionGen.Reference;

/// <summary>The sinusoidal encoding (Vaswani et al. 2017, section 3.5).</summary>
public static class Sinusoid
{
    /// <summary>PE(p, 2i) = sin(p / base^(2i/width)), PE(p, 2i+1) = cos of the same angle.</summary>
    public static double[] Row(Parameters parameters, int width, int position)
    {
        double wavelengthBase = parameters.Number("Base", 10000);
        var row = new double[width];
        for (int feature = 0; feature < width; feature++)
        {
            int pair = feature / 2;
            double angle = position / Math.Pow(wavelengthBase, 2.0 * pair / width);
            row[feature] = feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        }

        return row;
    }
}
