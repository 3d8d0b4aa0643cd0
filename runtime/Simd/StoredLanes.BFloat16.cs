using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <content>bfloat16 is the upper half of an FP32.</content>
public static unsafe partial class StoredLanes
{
    private const int BFloatShift = 16;
    private const int BFloatQuiet = 0x400000;
    private const int BFloatRounding = (1 << (BFloatShift - 1)) - 1;

    /// <summary>16 floats from 16 bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BFloat16To512(ushort* source) =>
        (Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << BFloatShift).AsSingle();

    /// <summary>8 floats from 8 bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BFloat16To256(ushort* source) =>
        (Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << BFloatShift).AsSingle();

    /// <summary>4 floats from 4 bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BFloat16To128(ushort* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(source)).AsUInt16()) << BFloatShift).AsSingle();

    /// <summary>One float from a bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float BFloat16To1(ushort* source) => StoredFloats.FromBFloat16(*source);

    /// <summary>16 floats to bfloat16; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToBFloat16(Vector512<float> value, ushort* destination)
    {
        Vector512<int> bits = value.AsInt32();
        Vector512<int> rounded = bits + ((bits >>> BFloatShift) & Vector512<int>.One) + Vector512.Create(BFloatRounding);
        Vector512<int> number = Vector512.Equals(value, value).AsInt32();
        Narrow(Vector512.ConditionalSelect(number, rounded, bits | Vector512.Create(BFloatQuiet)) >>> BFloatShift, destination);
    }

    /// <summary>8 floats to bfloat16; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToBFloat16(Vector256<float> value, ushort* destination)
    {
        Vector256<int> bits = value.AsInt32();
        Vector256<int> rounded = bits + ((bits >>> BFloatShift) & Vector256<int>.One) + Vector256.Create(BFloatRounding);
        Vector256<int> number = Vector256.Equals(value, value).AsInt32();
        Narrow(Vector256.ConditionalSelect(number, rounded, bits | Vector256.Create(BFloatQuiet)) >>> BFloatShift, destination);
    }

    /// <summary>4 floats to bfloat16; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToBFloat16(Vector128<float> value, ushort* destination)
    {
        Vector128<int> bits = value.AsInt32();
        Vector128<int> rounded = bits + ((bits >>> BFloatShift) & Vector128<int>.One) + Vector128.Create(BFloatRounding);
        Vector128<int> number = Vector128.Equals(value, value).AsInt32();
        Narrow(Vector128.ConditionalSelect(number, rounded, bits | Vector128.Create(BFloatQuiet)) >>> BFloatShift, destination);
    }

    /// <summary>One float to bfloat16; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ToBFloat16(float value, ushort* destination) => *destination = StoredFloats.ToBFloat16(value);
}
