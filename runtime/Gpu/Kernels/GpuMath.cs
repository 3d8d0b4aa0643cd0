using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>
/// Mathematics of GPU kernels. Devices have powers of two, logarithms to base 2 and roots as instructions; the rest is made of these.
/// On a CUDA device 2^x is off by two units in the last place, log2 by 2^-22 absolutely near 1, sine and cosine by 2^-21 absolutely within a few turns.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuMath
{
    private const float Log2OfE = 1.44269504f, NaturalLogOf2 = 0.693147181f;

    // 2^23: from here on floats have no fraction.
    private const float AllWhole = 8388608f;

    /// <summary>2^x.</summary>
    public static float Exp2(float x) => IntrinsicMath.CPUOnly.Exp2(x);

    /// <summary>e^x; x log2(e) is taken in two parts, so that the error does not grow with x.</summary>
    public static float Exp(float x)
    {
        float whole = Round(x * Log2OfE);
        float rest = (x - (whole * 0.693359375f)) - (whole * -2.12194440e-4f);
        return MathF.Abs(x) < 80f ? Exp2(whole) * Exp2(rest * Log2OfE) : Exp2(x * Log2OfE);
    }

    /// <summary>log2 x.</summary>
    public static float Log2(float x) => IntrinsicMath.CPUOnly.Log2(x);

    /// <summary>ln x.</summary>
    public static float Log(float x) => Log2(x) * NaturalLogOf2;

    /// <summary>x^y of x of at least 0, and of whole y for others.</summary>
    public static float Pow(float x, float y)
    {
        float size = x == 0f ? (y == 0f ? 1f : y > 0f ? 0f : float.PositiveInfinity) : Exp2(y * Log2(MathF.Abs(x)));
        if (x >= 0f || y == 0f)
        {
            return size;
        }

        float half = y * 0.5f;
        return Truncate(y) != y ? float.NaN : Truncate(half) != half ? -size : size;
    }

    /// <summary>sin x.</summary>
    public static float Sin(float x) => MathF.Sin(x);

    /// <summary>cos x.</summary>
    public static float Cos(float x) => MathF.Cos(x);

    /// <summary>tanh x: a polynomial near 0 (Moshier, Cephes, tanhf), an exponential further out.</summary>
    public static float Tanh(float x)
    {
        float size = MathF.Min(MathF.Abs(x), 10f), square = size * size;
        float near = (((((((((-5.70498872745e-3f * square) + 2.06390887954e-2f) * square) - 5.37397155531e-2f) * square) + 1.33314422036e-1f) * square) - 3.33332819422e-1f) * square * size) + size;
        float result = size < 0.625f ? near : 1f - (2f / (Exp2(size * (2f * Log2OfE)) + 1f));
        return x < 0f ? -result : result;
    }

    /// <summary>Towards zero.</summary>
    public static float Truncate(float x) => x < 0f ? MathF.Ceiling(x) : MathF.Floor(x);

    /// <summary>To the nearest, halves to even.</summary>
    public static float Round(float x)
    {
        if (!(MathF.Abs(x) < AllWhole))
        {
            return x;
        }

        float floor = MathF.Floor(x), rest = x - floor, half = floor * 0.5f;
        bool isOdd = MathF.Floor(half) != half;
        return rest > 0.5f || (rest == 0.5f && isOdd) ? floor + 1f : floor;
    }

    /// <summary>Without an exception for the least int, which stays what it is.</summary>
    public static int Absolute(int a) => a < 0 ? unchecked(-a) : a;

    /// <summary>a / b towards zero; 0 for b = 0.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>a % b with the sign of a; 0 for b = 0.</summary>
    public static int Remainder(int a, int b) => b == 0 || b == -1 ? 0 : a % b;
}
