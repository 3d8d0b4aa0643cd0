using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <content>What user functions need besides the operators: whole-number division, tables, tanh.</content>
/// <remarks>
/// SmallDivide computes trunc(float(a) / float(b)). It is exact for |a| &lt;= 2^24 and 0 &lt; b &lt; 2^24: both are floats without rounding, and the quotient
/// could only round up to a whole number n past it when n - a/b is at most half a unit of n, which is at most n * 2^-25; but n - a/b is at least
/// 1/b, and n * 2^-25 &lt; 1/b because n &lt;= 2^24/b + 1. Divide goes through double in the same way, which covers all ints.
/// </remarks>
public static partial class VectorMath
{
    // tanh x = x + x^3 P(x^2) below this bound (Moshier, Cephes, tanhf); above it 1 - 2/(e^2x + 1) loses nothing.
    private const float TanhBound = 0.625f;
    private const float T0 = -3.33332819422e-1f;
    private const float T1 = 1.33314422036e-1f;
    private const float T2 = -5.37397155531e-2f;
    private const float T3 = 2.06390887954e-2f;
    private const float T4 = -5.70498872745e-3f;
    private const float TwiceLog2OfE = 2.88539008f;

    // tanh is 1 in FP32 from here on.
    private const float TanhEnd = 9.1f;

    /// <summary>As C# converts: towards zero, saturating, 0 for NaN.</summary>
    public static int ToInt(float x) => float.ConvertToInteger<int>(x);

    /// <summary>Without an exception for the least int, which stays what it is.</summary>
    public static int Absolute(int a) => a < 0 ? unchecked(-a) : a;

    /// <summary>a / b towards zero. Division by zero, which declarations rule out, gives 0 instead of an exception.</summary>
    public static int Divide(int a, int b) => b == 0 ? 0 : b == -1 ? unchecked(-a) : a / b;

    /// <summary>a % b with the sign of a; 0 for b = 0.</summary>
    public static int Remainder(int a, int b) => b is 0 or -1 ? 0 : a % b;

    /// <summary>tanh to about 2 units in the last place.</summary>
    public static float Tanh(float x)
    {
        float size = MathF.Min(MathF.Abs(x), TanhEnd);
        float square = size * size;
        float near = (((((((((T4 * square) + T3) * square) + T2) * square) + T1) * square) + T0) * square * size) + size;
        float far = 1f - (2f / (Exp2(size * TwiceLog2OfE) + 1f));
        return MathF.CopySign(size < TanhBound ? near : far, x);
    }

    /// <summary>tanh to about 2 units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> size = Vector512.Min(Vector512.Abs(x), Vector512.Create(TanhEnd));
        Vector512<float> square = size * size;
        Vector512<float> near = Vector512.MultiplyAddEstimate(Vector512.Create(T4), square, Vector512.Create(T3));
        near = Vector512.MultiplyAddEstimate(near, square, Vector512.Create(T2));
        near = Vector512.MultiplyAddEstimate(near, square, Vector512.Create(T1));
        near = Vector512.MultiplyAddEstimate(near, square, Vector512.Create(T0));
        near = Vector512.MultiplyAddEstimate(near * square, size, size);
        Vector512<float> far = Vector512.Create(1f) - (Vector512.Create(2f) / (Exp2(size * Vector512.Create(TwiceLog2OfE)) + Vector512.Create(1f)));
        return Vector512.CopySign(Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(TanhBound)), near, far), x);
    }

    /// <summary>a / b towards zero for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> SmallDivide(Vector512<int> a, Vector512<int> b) => Vector512.ConvertToInt32(Vector512.ConvertToSingle(a) / Vector512.ConvertToSingle(b));

    /// <summary>a % b for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> SmallRemainder(Vector512<int> a, Vector512<int> b) => a - (SmallDivide(a, b) * b);

    /// <summary>a / b towards zero; unspecified where b is 0.</summary>
    public static Vector512<int> Divide(Vector512<int> a, Vector512<int> b)
    {
        Vector512<double> low = Vector512.ConvertToDouble(Vector512.WidenLower(a)) / Vector512.ConvertToDouble(Vector512.WidenLower(b));
        Vector512<double> high = Vector512.ConvertToDouble(Vector512.WidenUpper(a)) / Vector512.ConvertToDouble(Vector512.WidenUpper(b));
        return Vector512.Narrow(Vector512.ConvertToInt64(low), Vector512.ConvertToInt64(high));
    }

    /// <summary>a % b with the sign of a; unspecified where b is 0.</summary>
    public static Vector512<int> Remainder(Vector512<int> a, Vector512<int> b) => a - (Divide(a, b) * b);

    /// <summary>tanh to about 2 units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        Vector256<float> size = Vector256.Min(Vector256.Abs(x), Vector256.Create(TanhEnd));
        Vector256<float> square = size * size;
        Vector256<float> near = Vector256.MultiplyAddEstimate(Vector256.Create(T4), square, Vector256.Create(T3));
        near = Vector256.MultiplyAddEstimate(near, square, Vector256.Create(T2));
        near = Vector256.MultiplyAddEstimate(near, square, Vector256.Create(T1));
        near = Vector256.MultiplyAddEstimate(near, square, Vector256.Create(T0));
        near = Vector256.MultiplyAddEstimate(near * square, size, size);
        Vector256<float> far = Vector256.Create(1f) - (Vector256.Create(2f) / (Exp2(size * Vector256.Create(TwiceLog2OfE)) + Vector256.Create(1f)));
        return Vector256.CopySign(Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(TanhBound)), near, far), x);
    }

    /// <summary>a / b towards zero for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SmallDivide(Vector256<int> a, Vector256<int> b) => Vector256.ConvertToInt32(Vector256.ConvertToSingle(a) / Vector256.ConvertToSingle(b));

    /// <summary>a % b for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SmallRemainder(Vector256<int> a, Vector256<int> b) => a - (SmallDivide(a, b) * b);

    /// <summary>a / b towards zero; unspecified where b is 0.</summary>
    public static Vector256<int> Divide(Vector256<int> a, Vector256<int> b)
    {
        Vector256<double> low = Vector256.ConvertToDouble(Vector256.WidenLower(a)) / Vector256.ConvertToDouble(Vector256.WidenLower(b));
        Vector256<double> high = Vector256.ConvertToDouble(Vector256.WidenUpper(a)) / Vector256.ConvertToDouble(Vector256.WidenUpper(b));
        return Vector256.Narrow(Vector256.ConvertToInt64(low), Vector256.ConvertToInt64(high));
    }

    /// <summary>a % b with the sign of a; unspecified where b is 0.</summary>
    public static Vector256<int> Remainder(Vector256<int> a, Vector256<int> b) => a - (Divide(a, b) * b);

    /// <summary>tanh to about 2 units in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Tanh(Vector128<float> x)
    {
        Vector128<float> size = Vector128.Min(Vector128.Abs(x), Vector128.Create(TanhEnd));
        Vector128<float> square = size * size;
        Vector128<float> near = Vector128.MultiplyAddEstimate(Vector128.Create(T4), square, Vector128.Create(T3));
        near = Vector128.MultiplyAddEstimate(near, square, Vector128.Create(T2));
        near = Vector128.MultiplyAddEstimate(near, square, Vector128.Create(T1));
        near = Vector128.MultiplyAddEstimate(near, square, Vector128.Create(T0));
        near = Vector128.MultiplyAddEstimate(near * square, size, size);
        Vector128<float> far = Vector128.Create(1f) - (Vector128.Create(2f) / (Exp2(size * Vector128.Create(TwiceLog2OfE)) + Vector128.Create(1f)));
        return Vector128.CopySign(Vector128.ConditionalSelect(Vector128.LessThan(size, Vector128.Create(TanhBound)), near, far), x);
    }

    /// <summary>a / b towards zero for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SmallDivide(Vector128<int> a, Vector128<int> b) => Vector128.ConvertToInt32(Vector128.ConvertToSingle(a) / Vector128.ConvertToSingle(b));

    /// <summary>a % b for |a| up to 2^24 and b from 1 to 2^24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SmallRemainder(Vector128<int> a, Vector128<int> b) => a - (SmallDivide(a, b) * b);

    /// <summary>a / b towards zero; unspecified where b is 0.</summary>
    public static Vector128<int> Divide(Vector128<int> a, Vector128<int> b)
    {
        Vector128<double> low = Vector128.ConvertToDouble(Vector128.WidenLower(a)) / Vector128.ConvertToDouble(Vector128.WidenLower(b));
        Vector128<double> high = Vector128.ConvertToDouble(Vector128.WidenUpper(a)) / Vector128.ConvertToDouble(Vector128.WidenUpper(b));
        return Vector128.Narrow(Vector128.ConvertToInt64(low), Vector128.ConvertToInt64(high));
    }

    /// <summary>a % b with the sign of a; unspecified where b is 0.</summary>
    public static Vector128<int> Remainder(Vector128<int> a, Vector128<int> b) => a - (Divide(a, b) * b);

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<float> Gather(float* table, Vector512<int> indices) =>
        Vector512.Create(Gather(table, indices.GetLower()), Gather(table, indices.GetUpper()));

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<float> Gather(float* table, Vector256<int> indices) =>
        Avx2.IsSupported ? Avx2.GatherVector256(table, indices, sizeof(float)) : Vector256.Create(Gather(table, indices.GetLower()), Gather(table, indices.GetUpper()));

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<float> Gather(float* table, Vector128<int> indices) =>
        Vector128.Create(table[indices.GetElement(0)], table[indices.GetElement(1)], table[indices.GetElement(2)], table[indices.GetElement(3)]);

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<int> Gather(int* table, Vector512<int> indices) =>
        Vector512.Create(Gather(table, indices.GetLower()), Gather(table, indices.GetUpper()));

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<int> Gather(int* table, Vector256<int> indices) =>
        Avx2.IsSupported ? Avx2.GatherVector256(table, indices, sizeof(int)) : Vector256.Create(Gather(table, indices.GetLower()), Gather(table, indices.GetUpper()));

    /// <summary>The elements at the indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<int> Gather(int* table, Vector128<int> indices) =>
        Vector128.Create(table[indices.GetElement(0)], table[indices.GetElement(1)], table[indices.GetElement(2)], table[indices.GetElement(3)]);
}
