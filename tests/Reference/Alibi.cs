using System.Numerics;

namespace AttentionGen.Reference;

/// <summary>The slopes of linear distance biases (ALiBi, Press et al. 2021, section 3 and its published code).</summary>
public static class Alibi
{
    /// <summary>
    /// For n a power of two, head h has the slope 2^(-8(h+1)/n). Otherwise the closest lower power of two m gives its m slopes,
    /// followed by every other slope of 2m heads, from the first.
    /// </summary>
    public static double Slope(int heads, int head)
    {
        int lower = 1 << BitOperations.Log2((uint)heads);
        return head < lower
            ? Math.Pow(2, -8.0 * (head + 1) / lower)
            : Math.Pow(2, -8.0 * ((2 * (head - lower)) + 1) / (2 * lower));
    }
}
