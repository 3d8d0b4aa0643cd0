using System.Runtime.Intrinsics;

namespace AttentionGen;

/// <summary>A width of SIMD registers that generated kernels exist for.</summary>
public enum SimdTier
{
    /// <summary>The widest that this machine accelerates.</summary>
    Best = 0,

    /// <summary>Plain scalar C#.</summary>
    Scalar = 1,

    /// <summary>128-bit registers (NEON, SSE, WebAssembly SIMD).</summary>
    Vector128 = 2,

    /// <summary>256-bit registers (AVX2 with FMA).</summary>
    Vector256 = 3,

    /// <summary>512-bit registers (AVX-512).</summary>
    Vector512 = 4,
}

/// <summary>What this machine accelerates.</summary>
public static class SimdTiers
{
    /// <summary>The widest tier that this machine accelerates.</summary>
    public static SimdTier Best =>
        Vector512.IsHardwareAccelerated ? SimdTier.Vector512
        : Vector256.IsHardwareAccelerated ? SimdTier.Vector256
        : Vector128.IsHardwareAccelerated ? SimdTier.Vector128
        : SimdTier.Scalar;

    /// <summary>Whether <paramref name="tier"/> runs in hardware here.</summary>
    public static bool IsSupported(SimdTier tier) => tier <= Best;

    /// <summary>The tier that a call asking for <paramref name="requested"/> runs on.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine lacks <paramref name="requested"/>.</exception>
    public static SimdTier Resolve(SimdTier requested)
    {
        if (requested == SimdTier.Best)
        {
            return Best;
        }

        return IsSupported(requested)
            ? requested
            : throw new PlatformNotSupportedException($"The {requested} tier was asked for, but the widest this machine accelerates is {Best}.");
    }
}
