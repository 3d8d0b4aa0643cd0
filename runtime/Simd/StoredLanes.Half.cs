using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>
/// Registers of FP32 from numbers that are stored smaller, and back: one overload per register width, the same bits from each, and those of <see cref="StoredFloats"/>.
/// Widening is exact; narrowing rounds to the nearest, even at ties. No alignment is asked for.
/// </summary>
/// <remarks>
/// .NET 10 exposes no instruction for binary16. Its exponent and mantissa, moved to where FP32 has them, are a number 2^112 too small; one product puts that right,
/// subnormals included. Back, adding 1/2 to what is below 2^-14 rounds it to a multiple of 2^-24, and leaves that multiple in the low bits.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe partial class StoredLanes
{
    private const float HalfRebias = 5.192296858534828E+33f;
    private const float LargestHalf = 65504f;
    private const float HalfStep = 0.5f;
    private const int HalfStepBits = 0x3F000000;
    private const int SignBit = int.MinValue;
    private const int Magnitude = int.MaxValue;
    private const int Infinity = 0x7F800000;
    private const int HalfInPlace = unchecked((int)0x8FFFE000);
    private const int HalfShift = 13;
    private const int LeastNormalHalf = 0x38800000;
    private const int HalfExponentOffset = 0x38000000;
    private const int HalfInfinity = 0x7C00;
    private const int HalfQuiet = 0x7E00;
    private const int HalfPayload = 0x3FF;
    private const int HalfRounding = (1 << (HalfShift - 1)) - 1 - HalfExponentOffset;

    /// <summary>16 floats from 16 binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HalfTo512(ushort* source)
    {
        Vector512<int> bits = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe()) << HalfShift;
        Vector512<float> value = (bits & Vector512.Create(HalfInPlace)).AsSingle() * Vector512.Create(HalfRebias);
        Vector512<float> unbounded = Vector512.GreaterThan(Vector512.Abs(value), Vector512.Create(LargestHalf));
        return Vector512.ConditionalSelect(unbounded, value | Vector512.Create(Infinity).AsSingle(), value);
    }

    /// <summary>8 floats from 8 binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HalfTo256(ushort* source)
    {
        Vector256<int> bits = Vector256.WidenLower(Vector128.Load((short*)source).ToVector256Unsafe()) << HalfShift;
        Vector256<float> value = (bits & Vector256.Create(HalfInPlace)).AsSingle() * Vector256.Create(HalfRebias);
        Vector256<float> unbounded = Vector256.GreaterThan(Vector256.Abs(value), Vector256.Create(LargestHalf));
        return value | (unbounded & Vector256.Create(Infinity).AsSingle());
    }

    /// <summary>4 floats from 4 binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> HalfTo128(ushort* source)
    {
        Vector128<int> bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(source)).AsInt16()) << HalfShift;
        Vector128<float> value = (bits & Vector128.Create(HalfInPlace)).AsSingle() * Vector128.Create(HalfRebias);
        Vector128<float> unbounded = Vector128.GreaterThan(Vector128.Abs(value), Vector128.Create(LargestHalf));
        return value | (unbounded & Vector128.Create(Infinity).AsSingle());
    }

    /// <summary>One float from a binary16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HalfTo1(ushort* source) => StoredFloats.FromHalf(*source);

    /// <summary>16 floats to binary16; NaN stays NaN, too large becomes infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToHalf(Vector512<float> value, ushort* destination)
    {
        Vector512<int> magnitude = value.AsInt32() & Vector512.Create(Magnitude);
        Vector512<int> odd = (magnitude >> HalfShift) & Vector512<int>.One;
        Vector512<int> normal = (magnitude + odd + Vector512.Create(HalfRounding)) >> HalfShift;
        Vector512<int> subnormal = (magnitude.AsSingle() + Vector512.Create(HalfStep)).AsInt32() - Vector512.Create(HalfStepBits);
        Vector512<int> quiet = ((magnitude >> HalfShift) & Vector512.Create(HalfPayload)) | Vector512.Create(HalfQuiet);
        Vector512<int> half = Vector512.ConditionalSelect(
            Vector512.LessThan(magnitude, Vector512.Create(LeastNormalHalf)), subnormal, Vector512.Min(normal, Vector512.Create(HalfInfinity)));
        half = Vector512.ConditionalSelect(Vector512.GreaterThan(magnitude, Vector512.Create(Infinity)), quiet, half);
        Narrow(half | ((value.AsInt32() & Vector512.Create(SignBit)) >>> 16), destination);
    }

    /// <summary>8 floats to binary16; NaN stays NaN, too large becomes infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToHalf(Vector256<float> value, ushort* destination)
    {
        Vector256<int> magnitude = value.AsInt32() & Vector256.Create(Magnitude);
        Vector256<int> odd = (magnitude >> HalfShift) & Vector256<int>.One;
        Vector256<int> normal = (magnitude + odd + Vector256.Create(HalfRounding)) >> HalfShift;
        Vector256<int> subnormal = (magnitude.AsSingle() + Vector256.Create(HalfStep)).AsInt32() - Vector256.Create(HalfStepBits);
        Vector256<int> quiet = ((magnitude >> HalfShift) & Vector256.Create(HalfPayload)) | Vector256.Create(HalfQuiet);
        Vector256<int> half = Vector256.ConditionalSelect(
            Vector256.LessThan(magnitude, Vector256.Create(LeastNormalHalf)), subnormal, Vector256.Min(normal, Vector256.Create(HalfInfinity)));
        half = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(Infinity)), quiet, half);
        Narrow(half | ((value.AsInt32() & Vector256.Create(SignBit)) >>> 16), destination);
    }

    /// <summary>4 floats to binary16; NaN stays NaN, too large becomes infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToHalf(Vector128<float> value, ushort* destination)
    {
        Vector128<int> magnitude = value.AsInt32() & Vector128.Create(Magnitude);
        Vector128<int> odd = (magnitude >> HalfShift) & Vector128<int>.One;
        Vector128<int> normal = (magnitude + odd + Vector128.Create(HalfRounding)) >> HalfShift;
        Vector128<int> subnormal = (magnitude.AsSingle() + Vector128.Create(HalfStep)).AsInt32() - Vector128.Create(HalfStepBits);
        Vector128<int> quiet = ((magnitude >> HalfShift) & Vector128.Create(HalfPayload)) | Vector128.Create(HalfQuiet);
        Vector128<int> half = Vector128.ConditionalSelect(
            Vector128.LessThan(magnitude, Vector128.Create(LeastNormalHalf)), subnormal, Vector128.Min(normal, Vector128.Create(HalfInfinity)));
        half = Vector128.ConditionalSelect(Vector128.GreaterThan(magnitude, Vector128.Create(Infinity)), quiet, half);
        Narrow(half | ((value.AsInt32() & Vector128.Create(SignBit)) >>> 16), destination);
    }

    /// <summary>One float to binary16; NaN stays NaN, too large becomes infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToHalf(float value, ushort* destination) => *destination = StoredFloats.ToHalf(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector512<int> value, ushort* destination)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256UInt16(value).Store(destination);
        }
        else
        {
            Vector256.Narrow(value.GetLower().AsUInt32(), value.GetUpper().AsUInt32()).Store(destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector256<int> value, ushort* destination) =>
        Vector128.Narrow(value.GetLower().AsUInt32(), value.GetUpper().AsUInt32()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector128<int> value, ushort* destination) =>
        Unsafe.WriteUnaligned(destination, Vector128.Narrow(value.AsUInt32(), value.AsUInt32()).AsInt64().ToScalar());
}
