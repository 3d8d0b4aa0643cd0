using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <summary>What softmax needs of a vector type, so that it is written once for all widths.</summary>
/// <typeparam name="TVector">The register's type.</typeparam>
internal unsafe interface ISoftmaxLanes<TVector>
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes <paramref name="value"/>.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>Reads <see cref="Count"/> floats.</summary>
    static abstract TVector Load(float* source);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    static abstract void Store(TVector value, float* destination);

    /// <summary><c>left + right</c>.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary><c>left - right</c>.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary><c>left / right</c>.</summary>
    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>The larger one; NaN when either is.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary><c>e^x</c> for x at most 0; exactly 1 for 0, so that a slice with one element that counts sums to 1 and has the logarithm 0.</summary>
    static abstract TVector Exp(TVector x);

    /// <summary>The largest lane; NaN when any is.</summary>
    static abstract float MaxLanes(TVector x);

    /// <summary>The sum of the lanes.</summary>
    static abstract float SumLanes(TVector x);
}

/// <summary>512-bit registers.</summary>
internal readonly unsafe struct SoftmaxLanes512 : ISoftmaxLanes<Vector512<float>>
{
    private static readonly float ExactAtZero = 1 / VectorMath.MaxLanes(VectorMath.Exp2(Vector512<float>.Zero));

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => VectorMath.Exp2(x * Vector512.Create(SoftmaxConstants.Log2OfE)) * Vector512.Create(ExactAtZero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector512<float> x) => SoftmaxLanes256.MaxLanes(Vector256.Max(x.GetLower(), x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector512<float> x) => VectorMath.SumLanes(x);
}

/// <summary>256-bit registers.</summary>
internal readonly unsafe struct SoftmaxLanes256 : ISoftmaxLanes<Vector256<float>>
{
    private static readonly float ExactAtZero = 1 / VectorMath.MaxLanes(VectorMath.Exp2(Vector256<float>.Zero));

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x) => VectorMath.Exp2(x * Vector256.Create(SoftmaxConstants.Log2OfE)) * Vector256.Create(ExactAtZero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector256<float> x) => SoftmaxLanes128.MaxLanes(Vector128.Max(x.GetLower(), x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector256<float> x) => VectorMath.SumLanes(x);
}

/// <summary>128-bit registers.</summary>
internal readonly unsafe struct SoftmaxLanes128 : ISoftmaxLanes<Vector128<float>>
{
    private static readonly float ExactAtZero = 1 / VectorMath.MaxLanes(VectorMath.Exp2(Vector128<float>.Zero));

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x) => VectorMath.Exp2(x * Vector128.Create(SoftmaxConstants.Log2OfE)) * Vector128.Create(ExactAtZero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(Vector128<float> x) => MathF.Max(MathF.Max(x[0], x[1]), MathF.Max(x[2], x[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(Vector128<float> x) => VectorMath.SumLanes(x);
}

/// <summary>Plain floats: what is left over, and machines without vectors.</summary>
internal readonly unsafe struct SoftmaxLanes1 : ISoftmaxLanes<float>
{
    private static readonly float ExactAtZero = 1 / VectorMath.Exp2(0f);

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* source) => *source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float value, float* destination) => *destination = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float left, float right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float left, float right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float left, float right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float left, float right) => MathF.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => VectorMath.Exp2(x * SoftmaxConstants.Log2OfE) * ExactAtZero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLanes(float x) => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SumLanes(float x) => VectorMath.SumLanes(x);
}

/// <summary>Constants of softmax.</summary>
internal static class SoftmaxConstants
{
    /// <summary><c>log2(e)</c>: turns natural exponents into exponents of 2.</summary>
    public const float Log2OfE = 1.44269504f;
}
