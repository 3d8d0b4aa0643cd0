using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <content>Numbers stored smaller.</content>
internal readonly unsafe partial struct Lanes512 : IStoredLanes<Vector512<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LargerMagnitude(Vector512<float> magnitude, Vector512<float> value) => Vector512.MaxNative(magnitude, Vector512.Abs(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadHalf(ushort* source) => StoredLanes.HalfTo512(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBFloat16(ushort* source) => StoredLanes.BFloat16To512(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadInt8(sbyte* source) => StoredLanes.Int8To512(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector512<float> value, ushort* destination) => StoredLanes.ToHalf(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Vector512<float> value, ushort* destination) => StoredLanes.ToBFloat16(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(Vector512<float> value, Vector512<float> scale, sbyte* destination) => StoredLanes.ToInt8(value, scale, destination);
}

/// <content>Numbers stored smaller.</content>
internal readonly unsafe partial struct Lanes256 : IStoredLanes<Vector256<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LargerMagnitude(Vector256<float> magnitude, Vector256<float> value) => Vector256.MaxNative(magnitude, Vector256.Abs(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadHalf(ushort* source) => StoredLanes.HalfTo256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBFloat16(ushort* source) => StoredLanes.BFloat16To256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadInt8(sbyte* source) => StoredLanes.Int8To256(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector256<float> value, ushort* destination) => StoredLanes.ToHalf(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Vector256<float> value, ushort* destination) => StoredLanes.ToBFloat16(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(Vector256<float> value, Vector256<float> scale, sbyte* destination) => StoredLanes.ToInt8(value, scale, destination);
}

/// <content>Numbers stored smaller.</content>
internal readonly unsafe partial struct Lanes128 : IStoredLanes<Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LargerMagnitude(Vector128<float> magnitude, Vector128<float> value) => Vector128.MaxNative(magnitude, Vector128.Abs(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadHalf(ushort* source) => StoredLanes.HalfTo128(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBFloat16(ushort* source) => StoredLanes.BFloat16To128(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadInt8(sbyte* source) => StoredLanes.Int8To128(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vector128<float> value, ushort* destination) => StoredLanes.ToHalf(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Vector128<float> value, ushort* destination) => StoredLanes.ToBFloat16(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(Vector128<float> value, Vector128<float> scale, sbyte* destination) => StoredLanes.ToInt8(value, scale, destination);
}

/// <content>Numbers stored smaller.</content>
internal readonly unsafe partial struct Lanes1 : IStoredLanes<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LargerMagnitude(float magnitude, float value) => MathF.Max(magnitude, MathF.Abs(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float left, float right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadHalf(ushort* source) => StoredLanes.HalfTo1(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadBFloat16(ushort* source) => StoredLanes.BFloat16To1(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadInt8(sbyte* source) => StoredLanes.Int8To1(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(float value, ushort* destination) => StoredLanes.ToHalf(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(float value, ushort* destination) => StoredLanes.ToBFloat16(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(float value, float scale, sbyte* destination) => StoredLanes.ToInt8(value, scale, destination);
}
