using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>ALiBi's slopes (Press et al. 2021).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AlibiSlopes
{
    /// <summary>
    /// One slope per head: <c>2^(-8(h+1)/n)</c> for a power of two n; otherwise those of the next lower power of two,
    /// then every other slope of the next higher one, from the first.
    /// </summary>
    public static float[] For(int heads)
    {
        int power = 1;
        while (power * 2 <= heads)
        {
            power *= 2;
        }

        float[] slopes = new float[heads];
        for (int head = 0; head < heads; head++)
        {
            slopes[head] = head < power
                ? (float)Math.Pow(2, -8.0 * (head + 1) / power)
                : (float)Math.Pow(2, -8.0 * ((2 * (head - power)) + 1) / (2 * power));
        }

        return slopes;
    }
}
