using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionGen.Benchmarks.Ceiling;

/// <summary>
/// The machine's limit for FP32 multiply-adds at one vector width: a loop of independent fused multiply-adds that touches no memory.
/// Twelve accumulators cover a latency of four cycles on two units with room to spare, and fit the sixteen registers of AVX2 and NEON-sized files.
/// </summary>
public static class FmaCeiling
{
    private const int Accumulators = 12;

    /// <summary>Floating-point operations that <see cref="Run"/> executes: two per lane, accumulator and iteration.</summary>
    public static double Flops(SimdTier tier, long iterations) => 2.0 * Accumulators * Lanes(tier) * iterations;

    /// <summary>Iterations that take about <paramref name="seconds"/> on a core of a few GHz.</summary>
    public static long IterationsFor(double seconds) => (long)(seconds * 5e8);

    /// <summary>Runs the loop on the calling thread.</summary>
    /// <returns>A number that depends on every accumulator, so that none is optimised away.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tier names no vector width.</exception>
    public static float Run(SimdTier tier, long iterations) => tier switch
    {
        SimdTier.Vector512 => Run512(iterations),
        SimdTier.Vector256 => Run256(iterations),
        SimdTier.Vector128 => Run128(iterations),
        _ => throw new ArgumentOutOfRangeException(nameof(tier), tier, "The ceiling is defined for the 128, 256 and 512-bit tiers."),
    };

    private static int Lanes(SimdTier tier) => tier switch
    {
        SimdTier.Vector512 => Vector512<float>.Count,
        SimdTier.Vector256 => Vector256<float>.Count,
        _ => Vector128<float>.Count,
    };

    // Each accumulator converges to addend / (1 - factor): no overflow and no denormals, however long the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run512(long iterations)
    {
        Vector512<float> factor = Vector512.Create(0.999f), addend = Vector512.Create(0.001f);
        Vector512<float> a = factor, b = factor, c = factor, d = factor, e = factor, f = factor;
        Vector512<float> g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
        for (long n = 0; n < iterations; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, factor, addend);
            b = Vector512.FusedMultiplyAdd(b, factor, addend);
            c = Vector512.FusedMultiplyAdd(c, factor, addend);
            d = Vector512.FusedMultiplyAdd(d, factor, addend);
            e = Vector512.FusedMultiplyAdd(e, factor, addend);
            f = Vector512.FusedMultiplyAdd(f, factor, addend);
            g = Vector512.FusedMultiplyAdd(g, factor, addend);
            h = Vector512.FusedMultiplyAdd(h, factor, addend);
            i = Vector512.FusedMultiplyAdd(i, factor, addend);
            j = Vector512.FusedMultiplyAdd(j, factor, addend);
            k = Vector512.FusedMultiplyAdd(k, factor, addend);
            l = Vector512.FusedMultiplyAdd(l, factor, addend);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run256(long iterations)
    {
        Vector256<float> factor = Vector256.Create(0.999f), addend = Vector256.Create(0.001f);
        Vector256<float> a = factor, b = factor, c = factor, d = factor, e = factor, f = factor;
        Vector256<float> g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
        for (long n = 0; n < iterations; n++)
        {
            a = Vector256.FusedMultiplyAdd(a, factor, addend);
            b = Vector256.FusedMultiplyAdd(b, factor, addend);
            c = Vector256.FusedMultiplyAdd(c, factor, addend);
            d = Vector256.FusedMultiplyAdd(d, factor, addend);
            e = Vector256.FusedMultiplyAdd(e, factor, addend);
            f = Vector256.FusedMultiplyAdd(f, factor, addend);
            g = Vector256.FusedMultiplyAdd(g, factor, addend);
            h = Vector256.FusedMultiplyAdd(h, factor, addend);
            i = Vector256.FusedMultiplyAdd(i, factor, addend);
            j = Vector256.FusedMultiplyAdd(j, factor, addend);
            k = Vector256.FusedMultiplyAdd(k, factor, addend);
            l = Vector256.FusedMultiplyAdd(l, factor, addend);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run128(long iterations)
    {
        Vector128<float> factor = Vector128.Create(0.999f), addend = Vector128.Create(0.001f);
        Vector128<float> a = factor, b = factor, c = factor, d = factor, e = factor, f = factor;
        Vector128<float> g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
        for (long n = 0; n < iterations; n++)
        {
            a = Vector128.FusedMultiplyAdd(a, factor, addend);
            b = Vector128.FusedMultiplyAdd(b, factor, addend);
            c = Vector128.FusedMultiplyAdd(c, factor, addend);
            d = Vector128.FusedMultiplyAdd(d, factor, addend);
            e = Vector128.FusedMultiplyAdd(e, factor, addend);
            f = Vector128.FusedMultiplyAdd(f, factor, addend);
            g = Vector128.FusedMultiplyAdd(g, factor, addend);
            h = Vector128.FusedMultiplyAdd(h, factor, addend);
            i = Vector128.FusedMultiplyAdd(i, factor, addend);
            j = Vector128.FusedMultiplyAdd(j, factor, addend);
            k = Vector128.FusedMultiplyAdd(k, factor, addend);
            l = Vector128.FusedMultiplyAdd(l, factor, addend);
        }

        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
