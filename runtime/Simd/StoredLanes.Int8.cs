using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <content>Signed bytes, whose scale is the caller's.</content>
public static unsafe partial class StoredLanes
{
    /// <summary>16 floats from 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Int8To512(sbyte* source) => Vector512.ConvertToSingle(
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int32(Vector128.Load(source))
            : Vector512.WidenLower(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()).ToVector512Unsafe()));

    /// <summary>8 floats from 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Int8To256(sbyte* source) => Vector256.ConvertToSingle(
        Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(source)
            : Vector256.WidenLower(Vector128.WidenLower(Bytes8(source)).ToVector256Unsafe()));

    /// <summary>4 floats from 4 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Int8To128(sbyte* source) => Vector128.ConvertToSingle(
        Sse41.IsSupported
            ? Sse41.ConvertToVector128Int32(source)
            : Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(source)).AsSByte())));

    /// <summary>One float from a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Int8To1(sbyte* source) => *source;

    /// <summary>16 floats to bytes: value / scale to the nearest whole number, even at ties; 0 where the scale is. No magnitude may be above 127 scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToInt8(Vector512<float> value, Vector512<float> scale, sbyte* destination)
    {
        Vector512<float> steps = Vector512.AndNot(Vector512.Round(value / scale), Vector512.Equals(scale, Vector512<float>.Zero));
        Narrow(Vector512.ConvertToInt32Native(steps), destination);
    }

    /// <summary>8 floats to bytes: value / scale to the nearest whole number, even at ties; 0 where the scale is. No magnitude may be above 127 scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToInt8(Vector256<float> value, Vector256<float> scale, sbyte* destination)
    {
        Vector256<float> steps = Vector256.AndNot(Vector256.Round(value / scale), Vector256.Equals(scale, Vector256<float>.Zero));
        Narrow(Vector256.ConvertToInt32Native(steps), destination);
    }

    /// <summary>4 floats to bytes: value / scale to the nearest whole number, even at ties; 0 where the scale is. No magnitude may be above 127 scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToInt8(Vector128<float> value, Vector128<float> scale, sbyte* destination)
    {
        Vector128<float> steps = Vector128.AndNot(Vector128.Round(value / scale), Vector128.Equals(scale, Vector128<float>.Zero));
        Narrow(Vector128.ConvertToInt32Native(steps), destination);
    }

    /// <summary>One float to a byte: value / scale to the nearest whole number, even at ties; 0 where the scale is. No magnitude may be above 127 scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToInt8(float value, float scale, sbyte* destination) => *destination = StoredFloats.ToInt8(value, scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Bytes8(sbyte* source) => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(source)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector512<int> value, sbyte* destination)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128SByte(value).Store(destination);
        }
        else
        {
            Vector256<short> words = Vector256.Narrow(value.GetLower(), value.GetUpper());
            Vector128.Narrow(words.GetLower(), words.GetUpper()).Store(destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector256<int> value, sbyte* destination)
    {
        Vector128<short> words = Vector128.Narrow(value.GetLower(), value.GetUpper());
        Unsafe.WriteUnaligned(destination, Vector128.Narrow(words, words).AsInt64().ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow(Vector128<int> value, sbyte* destination)
    {
        Vector128<short> words = Vector128.Narrow(value, value);
        Unsafe.WriteUnaligned(destination, Vector128.Narrow(words, words).AsInt32().ToScalar());
    }
}
