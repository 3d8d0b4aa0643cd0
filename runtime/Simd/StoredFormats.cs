using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>What code that stores numbers smaller than FP32 needs of a vector type, so that it is written once for all widths.</summary>
/// <typeparam name="TVector">The register's type.</typeparam>
internal unsafe interface IStoredLanes<TVector> : ILanes<TVector>
{
    /// <summary>Lane by lane the larger of a magnitude and that of a finite number.</summary>
    static abstract TVector LargerMagnitude(TVector magnitude, TVector value);

    /// <summary><c>left * right</c>.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>Widens binary16.</summary>
    static abstract TVector LoadHalf(ushort* source);

    /// <summary>Widens bfloat16.</summary>
    static abstract TVector LoadBFloat16(ushort* source);

    /// <summary>Widens bytes.</summary>
    static abstract TVector LoadInt8(sbyte* source);

    /// <summary>Narrows to binary16.</summary>
    static abstract void StoreHalf(TVector value, ushort* destination);

    /// <summary>Narrows to bfloat16.</summary>
    static abstract void StoreBFloat16(TVector value, ushort* destination);

    /// <summary>Narrows value / scale to bytes.</summary>
    static abstract void StoreInt8(TVector value, TVector scale, sbyte* destination);
}

/// <summary>A form in which numbers are stored.</summary>
internal unsafe interface IStoredFormat
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Bytes { get; }

    /// <summary>Whether numbers are multiples of a scale kept elsewhere.</summary>
    static abstract bool IsScaled { get; }

    /// <summary>Reads a register's worth, without the scale.</summary>
    static abstract TVector Load<TVector, TLanes>(byte* source)
        where TLanes : IStoredLanes<TVector>;

    /// <summary>Writes a register's worth; the scale counts only where the form has one.</summary>
    static abstract void Store<TVector, TLanes>(TVector value, TVector scale, byte* destination)
        where TLanes : IStoredLanes<TVector>;
}

/// <summary>FP32 as it is.</summary>
internal readonly unsafe struct SingleFormat : IStoredFormat
{
    public static int Bytes => sizeof(float);

    public static bool IsScaled => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* source)
        where TLanes : IStoredLanes<TVector> => TLanes.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, TLanes>(TVector value, TVector scale, byte* destination)
        where TLanes : IStoredLanes<TVector> => TLanes.Store(value, (float*)destination);
}

/// <summary>IEEE binary16.</summary>
internal readonly unsafe struct HalfFormat : IStoredFormat
{
    public static int Bytes => sizeof(ushort);

    public static bool IsScaled => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* source)
        where TLanes : IStoredLanes<TVector> => TLanes.LoadHalf((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, TLanes>(TVector value, TVector scale, byte* destination)
        where TLanes : IStoredLanes<TVector> => TLanes.StoreHalf(value, (ushort*)destination);
}

/// <summary>bfloat16.</summary>
internal readonly unsafe struct BFloat16Format : IStoredFormat
{
    public static int Bytes => sizeof(ushort);

    public static bool IsScaled => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* source)
        where TLanes : IStoredLanes<TVector> => TLanes.LoadBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, TLanes>(TVector value, TVector scale, byte* destination)
        where TLanes : IStoredLanes<TVector> => TLanes.StoreBFloat16(value, (ushort*)destination);
}

/// <summary>Signed bytes times a scale.</summary>
internal readonly unsafe struct Int8Format : IStoredFormat
{
    public static int Bytes => sizeof(sbyte);

    public static bool IsScaled => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* source)
        where TLanes : IStoredLanes<TVector> => TLanes.LoadInt8((sbyte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, TLanes>(TVector value, TVector scale, byte* destination)
        where TLanes : IStoredLanes<TVector> => TLanes.StoreInt8(value, scale, (sbyte*)destination);
}
