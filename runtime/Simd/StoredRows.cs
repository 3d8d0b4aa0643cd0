using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttentionGen.Kernels;

/// <summary>Contiguous rows of FP32 to and from the forms they are stored in. Every tier gives the same bits.</summary>
internal static unsafe class StoredRows
{
    /// <summary>Stores <paramref name="count"/> numbers.</summary>
    /// <param name="precision">The form.</param>
    /// <param name="source">FP32; finite where the form is Int8.</param>
    /// <param name="scale">Int8: the scale they share, as <see cref="StoredFloats.Int8Scale"/> gives it.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="count">Numbers.</param>
    /// <param name="tier">A tier of this machine.</param>
    public static void Narrow(KvPrecision precision, float* source, float scale, byte* destination, int count, SimdTier tier)
    {
        switch (precision)
        {
            case KvPrecision.Single:
                Unsafe.CopyBlockUnaligned(destination, source, (uint)count * sizeof(float));
                break;
            case KvPrecision.Half:
                Narrow<HalfFormat>(source, &scale, 0, destination, count, tier);
                break;
            case KvPrecision.BFloat16:
                Narrow<BFloat16Format>(source, &scale, 0, destination, count, tier);
                break;
            default:
                Narrow<Int8Format>(source, &scale, 0, destination, count, tier);
                break;
        }
    }

    /// <summary>Stores rows of 16 numbers as bytes, whose scales are those of their columns.</summary>
    /// <param name="source"><c>[rows, 16]</c>, finite.</param>
    /// <param name="scales"><c>[16]</c>.</param>
    /// <param name="destination"><c>[rows, 16]</c>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="tier">A tier of this machine.</param>
    public static void NarrowColumns(float* source, float* scales, byte* destination, int rows, SimdTier tier)
    {
        for (int row = 0; row < rows; row++, source += KvShape.PanelTokens, destination += KvShape.PanelTokens)
        {
            Narrow<Int8Format>(source, scales, 1, destination, KvShape.PanelTokens, tier);
        }
    }

    /// <summary>Reads <paramref name="count"/> stored numbers; Int8 times <paramref name="scale"/>.</summary>
    public static void Widen(KvPrecision precision, byte* source, float scale, float* destination, int count, SimdTier tier)
    {
        switch (precision)
        {
            case KvPrecision.Single:
                Unsafe.CopyBlockUnaligned(destination, source, (uint)count * sizeof(float));
                break;
            case KvPrecision.Half:
                Widen<HalfFormat>(source, scale, destination, count, tier);
                break;
            case KvPrecision.BFloat16:
                Widen<BFloat16Format>(source, scale, destination, count, tier);
                break;
            default:
                Widen<Int8Format>(source, scale, destination, count, tier);
                break;
        }
    }

    /// <summary>The largest magnitude of finite numbers.</summary>
    public static float LargestMagnitude(float* source, int count, SimdTier tier) => tier switch
    {
        SimdTier.Vector512 => LargestMagnitude<Vector512<float>, Lanes512>(source, count),
        SimdTier.Vector256 => LargestMagnitude<Vector256<float>, Lanes256>(source, count),
        SimdTier.Vector128 => LargestMagnitude<Vector128<float>, Lanes128>(source, count),
        _ => LargestMagnitude<float, Lanes1>(source, count),
    };

    /// <summary>Whether all numbers are finite.</summary>
    public static bool IsFinite(float* source, int count, SimdTier tier) => tier switch
    {
        SimdTier.Vector512 => IsFinite<Vector512<float>, Lanes512>(source, count),
        SimdTier.Vector256 => IsFinite<Vector256<float>, Lanes256>(source, count),
        SimdTier.Vector128 => IsFinite<Vector128<float>, Lanes128>(source, count),
        _ => IsFinite<float, Lanes1>(source, count),
    };

    private static void Narrow<TFormat>(float* source, float* scales, int scaleStep, byte* destination, int count, SimdTier tier)
        where TFormat : IStoredFormat
    {
        switch (tier)
        {
            case SimdTier.Vector512:
                Narrow<TFormat, Vector512<float>, Lanes512>(source, scales, scaleStep, destination, count);
                break;
            case SimdTier.Vector256:
                Narrow<TFormat, Vector256<float>, Lanes256>(source, scales, scaleStep, destination, count);
                break;
            case SimdTier.Vector128:
                Narrow<TFormat, Vector128<float>, Lanes128>(source, scales, scaleStep, destination, count);
                break;
            default:
                Narrow<TFormat, float, Lanes1>(source, scales, scaleStep, destination, count);
                break;
        }
    }

    /// <summary>Number n has scale n * <paramref name="scaleStep"/>: one for all, or one each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<TFormat, TVector, TLanes>(float* source, float* scales, int scaleStep, byte* destination, int count)
        where TFormat : IStoredFormat
        where TLanes : IStoredLanes<TVector>
    {
        int done = 0;
        TVector shared = TLanes.Broadcast(*scales);
        for (; done <= count - TLanes.Count; done += TLanes.Count)
        {
            TVector scale = TFormat.IsScaled && scaleStep != 0 ? TLanes.Load(scales + done) : shared;
            TFormat.Store<TVector, TLanes>(TLanes.Load(source + done), scale, destination + (done * TFormat.Bytes));
        }

        for (; done < count; done++)
        {
            TFormat.Store<float, Lanes1>(source[done], scales[done * scaleStep], destination + (done * TFormat.Bytes));
        }
    }

    private static void Widen<TFormat>(byte* source, float scale, float* destination, int count, SimdTier tier)
        where TFormat : IStoredFormat
    {
        switch (tier)
        {
            case SimdTier.Vector512:
                Widen<TFormat, Vector512<float>, Lanes512>(source, scale, destination, count);
                break;
            case SimdTier.Vector256:
                Widen<TFormat, Vector256<float>, Lanes256>(source, scale, destination, count);
                break;
            case SimdTier.Vector128:
                Widen<TFormat, Vector128<float>, Lanes128>(source, scale, destination, count);
                break;
            default:
                Widen<TFormat, float, Lanes1>(source, scale, destination, count);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TFormat, TVector, TLanes>(byte* source, float scale, float* destination, int count)
        where TFormat : IStoredFormat
        where TLanes : IStoredLanes<TVector>
    {
        int done = 0;
        for (; done <= count - TLanes.Count; done += TLanes.Count)
        {
            TVector value = TFormat.Load<TVector, TLanes>(source + (done * TFormat.Bytes));
            TLanes.Store(TFormat.IsScaled ? TLanes.Multiply(value, TLanes.Broadcast(scale)) : value, destination + done);
        }

        for (; done < count; done++)
        {
            float value = TFormat.Load<float, Lanes1>(source + (done * TFormat.Bytes));
            destination[done] = TFormat.IsScaled ? value * scale : value;
        }
    }

    /// <summary>0 times a number is 0 unless it is infinite or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsFinite<TVector, TLanes>(float* source, int count)
        where TLanes : IStoredLanes<TVector>
    {
        float* lanes = stackalloc float[KvShape.PanelTokens];
        TVector sum = TLanes.Zero;
        int done = 0;
        for (; done <= count - TLanes.Count; done += TLanes.Count)
        {
            sum = TLanes.MultiplyAdd(TLanes.Load(source + done), TLanes.Zero, sum);
        }

        TLanes.Store(sum, lanes);
        float total = 0f;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            total += lanes[lane];
        }

        for (; done < count; done++)
        {
            total += source[done] * 0f;
        }

        return total == 0f;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LargestMagnitude<TVector, TLanes>(float* source, int count)
        where TLanes : IStoredLanes<TVector>
    {
        float* lanes = stackalloc float[KvShape.PanelTokens];
        TVector largest = TLanes.Zero;
        int done = 0;
        for (; done <= count - TLanes.Count; done += TLanes.Count)
        {
            largest = TLanes.LargerMagnitude(largest, TLanes.Load(source + done));
        }

        TLanes.Store(largest, lanes);
        float result = 0f;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            result = Math.Max(result, lanes[lane]);
        }

        for (; done < count; done++)
        {
            result = Math.Max(result, Math.Abs(source[done]));
        }

        return result;
    }
}
