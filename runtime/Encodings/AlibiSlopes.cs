using System.ComponentModel;
using System.Numerics;

namespace AttentionGen.Kernels;

/// <summary>The slopes of linear distance penalties (ALiBi, Press et al. 2021).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AlibiSlopes
{
    /// <summary>
    /// One slope per head. For n heads, a power of two, head h has <c>2^(-8(h + 1) / n)</c>; for other n, the slopes of the next lower
    /// power of two m come first, then every other slope of 2m heads, from the first: the authors' interpolation.
    /// </summary>
    /// <param name="heads">Query heads.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="heads"/> is not positive.</exception>
    public static float[] For(int heads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        double lower = 1 << BitOperations.Log2((uint)heads);
        float[] slopes = new float[heads];
        for (int head = 0; head < heads; head++)
        {
            double exponent = head < lower ? (head + 1) / lower : ((2 * (head - lower)) + 1) / (2 * lower);
            slopes[head] = (float)Math.Pow(2, -8 * exponent);
        }

        return slopes;
    }
}
