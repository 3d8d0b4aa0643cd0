using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>Vector functions shared by all generated kernels, one overload per register width.</summary>
/// <remarks>
/// exp2 splits x = n + f with n the nearest integer: adding <see cref="RoundAndBias"/> leaves n + 127 in the low mantissa bits, which shifted
/// left by 23 is 2^n as a float (exactly 0 for n = -127); 2^f on [-1/2, 1/2] is a degree-5 minimax polynomial (relative error 7.5e-8).
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class VectorMath
{
    private const float LowestExponent = -127f;
    private const float RoundAndBias = 12582912f + 127f;
    private const float C0 = 1.00000007f;
    private const float C1 = 0.693146967f;
    private const float C2 = 0.240221197f;
    private const float C3 = 0.0555071327f;
    private const float C4 = 0.00967554133f;
    private const float C5 = 0.0013276472f;

    /// <summary>2^x to about 1e-7 relative; exactly 0 below -127 and for negative infinity; NaN stays NaN. x must not exceed 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        if (Avx512DQ.IsSupported)
        {
            return Exp2ByScale(x);
        }

        // The bound stands first so that maxps, which returns its second operand when either is NaN, lets NaN through.
        Vector512<float> clamped = Vector512.MaxNative(Vector512.Create(LowestExponent), x);
        Vector512<float> shifted = clamped + Vector512.Create(RoundAndBias);
        Vector512<float> fraction = clamped - (shifted - Vector512.Create(RoundAndBias));
        Vector512<float> power = Vector512.MultiplyAddEstimate(Vector512.Create(C5), fraction, Vector512.Create(C4));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(C3));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(C2));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(C1));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(C0));
        return power * Vector512.ShiftLeft(shifted.AsInt32(), 23).AsSingle();
    }

    /// <summary>2^x to about 1e-7 relative; exactly 0 below -127 and for negative infinity; NaN stays NaN. x must not exceed 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        // The bound stands first so that maxps, which returns its second operand when either is NaN, lets NaN through.
        Vector256<float> clamped = Vector256.MaxNative(Vector256.Create(LowestExponent), x);
        Vector256<float> shifted = clamped + Vector256.Create(RoundAndBias);
        Vector256<float> fraction = clamped - (shifted - Vector256.Create(RoundAndBias));
        Vector256<float> power = Vector256.MultiplyAddEstimate(Vector256.Create(C5), fraction, Vector256.Create(C4));
        power = Vector256.MultiplyAddEstimate(power, fraction, Vector256.Create(C3));
        power = Vector256.MultiplyAddEstimate(power, fraction, Vector256.Create(C2));
        power = Vector256.MultiplyAddEstimate(power, fraction, Vector256.Create(C1));
        power = Vector256.MultiplyAddEstimate(power, fraction, Vector256.Create(C0));
        return power * Vector256.ShiftLeft(shifted.AsInt32(), 23).AsSingle();
    }

    /// <summary>2^x to about 1e-7 relative; exactly 0 below -127 and for negative infinity; NaN stays NaN. x must not exceed 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp2(Vector128<float> x)
    {
        // The bound stands first so that maxps, which returns its second operand when either is NaN, lets NaN through.
        Vector128<float> clamped = Vector128.MaxNative(Vector128.Create(LowestExponent), x);
        Vector128<float> shifted = clamped + Vector128.Create(RoundAndBias);
        Vector128<float> fraction = clamped - (shifted - Vector128.Create(RoundAndBias));
        Vector128<float> power = Vector128.MultiplyAddEstimate(Vector128.Create(C5), fraction, Vector128.Create(C4));
        power = Vector128.MultiplyAddEstimate(power, fraction, Vector128.Create(C3));
        power = Vector128.MultiplyAddEstimate(power, fraction, Vector128.Create(C2));
        power = Vector128.MultiplyAddEstimate(power, fraction, Vector128.Create(C1));
        power = Vector128.MultiplyAddEstimate(power, fraction, Vector128.Create(C0));
        return power * Vector128.ShiftLeft(shifted.AsInt32(), 23).AsSingle();
    }

    /// <summary>2^x to about 1e-7 relative; exactly 0 below -127 and for negative infinity; NaN stays NaN. x must not exceed 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp2(float x)
    {
        float clamped = LowestExponent > x ? LowestExponent : x;
        float shifted = clamped + RoundAndBias;
        float fraction = clamped - (shifted - RoundAndBias);
        float power = (((((((((C5 * fraction) + C4) * fraction) + C3) * fraction) + C2) * fraction) + C1) * fraction) + C0;
        return power * BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(shifted) << 23);
    }

    /// <summary>
    /// AVX-512 takes the fraction x - floor(x) and multiplies by 2^floor(x) in one instruction each, infinities included.
    /// 2^f on [0, 1) is a degree-5 minimax polynomial (relative error 7.5e-8).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp2ByScale(Vector512<float> x)
    {
        const byte FractionAboveFloor = 0x09;
        Vector512<float> fraction = Avx512DQ.Reduce(x, FractionAboveFloor);
        Vector512<float> power = Vector512.MultiplyAddEstimate(Vector512.Create(0.00187757667f), fraction, Vector512.Create(0.00898934009f));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(0.0558263181f));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(0.240153617f));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(0.693153073f));
        power = Vector512.MultiplyAddEstimate(power, fraction, Vector512.Create(0.999999925f));
        return Avx512F.Scale(power, x);
    }

    /// <summary>Each lane <c>table[index]</c>; indices are whole numbers as floats and may be negative where the table goes on before its first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Gather(float* table, Vector512<float> index) => Gather(table, Vector512.ConvertToInt32(index));

    /// <inheritdoc cref="Gather(float*, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<float> Gather(float* table, Vector256<float> index) => Gather(table, Vector256.ConvertToInt32(index));

    /// <inheritdoc cref="Gather(float*, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<float> Gather(float* table, Vector128<float> index) => Gather(table, Vector128.ConvertToInt32(index));

    /// <summary>The value itself.</summary>
    public static float MaxLanes(float x) => x;

    /// <summary>The value itself.</summary>
    public static float SumLanes(float x) => x;

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector512<float> x) => MaxLanes(Vector256.MaxNative(x.GetLower(), x.GetUpper()));

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector256<float> x) => MaxLanes(Vector128.MaxNative(x.GetLower(), x.GetUpper()));

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector128<float> x)
    {
        Vector128<float> pairs = Vector128.MaxNative(x, Vector128.Shuffle(x, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <summary>The sum of the lanes, halves added pairwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector512<float> x) => SumLanes(x.GetLower() + x.GetUpper());

    /// <summary>The sum of the lanes, halves added pairwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector256<float> x) => SumLanes(x.GetLower() + x.GetUpper());

    /// <summary>The sum of the lanes, halves added pairwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector128<float> x)
    {
        Vector128<float> pairs = x + Vector128.Shuffle(x, Vector128.Create(2, 3, 0, 1));
        return (pairs + Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
