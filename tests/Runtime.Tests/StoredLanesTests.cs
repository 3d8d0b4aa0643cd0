using System.Runtime.Intrinsics;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

/// <summary>Storage forms of FP32 against .NET's own conversions, bit for bit, at every width.</summary>
public unsafe class StoredLanesTests
{
    private const int Widest = 16;

    [Fact]
    public void EveryHalfWidensExactly()
    {
        ushort[] stored = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        float[] expected = Array.ConvertAll(stored, bits => (float)BitConverter.UInt16BitsToHalf(bits));
        Widen(stored, expected, source => StoredLanes.HalfTo512(source), source => StoredLanes.HalfTo256(source), source => StoredLanes.HalfTo128(source), source => StoredLanes.HalfTo1(source));
    }

    [Fact]
    public void EveryBFloat16WidensExactly()
    {
        ushort[] stored = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        float[] expected = Array.ConvertAll(stored, bits => BitConverter.Int32BitsToSingle(bits << 16));
        Widen(stored, expected, source => StoredLanes.BFloat16To512(source), source => StoredLanes.BFloat16To256(source), source => StoredLanes.BFloat16To128(source), source => StoredLanes.BFloat16To1(source));
    }

    [Fact]
    public void EveryByteWidensExactly()
    {
        sbyte[] stored = [.. Enumerable.Range(-128, 256).Select(value => (sbyte)value)];
        float[] expected = Array.ConvertAll(stored, value => (float)value);
        Widen(stored, expected, source => StoredLanes.Int8To512(source), source => StoredLanes.Int8To256(source), source => StoredLanes.Int8To128(source), source => StoredLanes.Int8To1(source));
    }

    [Fact]
    public void NarrowingToHalfRoundsToNearestEven()
    {
        float[] values = Hard(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits));
        ushort[] expected = Array.ConvertAll(values, value => BitConverter.HalfToUInt16Bits((Half)value));
        Narrow(values, expected, float.IsNaN, bits => (bits & 0x7FFF) > 0x7C00,
            (source, destination) => StoredLanes.ToHalf(Vector512.Load(source), destination),
            (source, destination) => StoredLanes.ToHalf(Vector256.Load(source), destination),
            (source, destination) => StoredLanes.ToHalf(Vector128.Load(source), destination),
            (source, destination) => StoredLanes.ToHalf(*source, destination));
    }

    [Fact]
    public void NarrowingToBFloat16RoundsToNearestEven()
    {
        float[] values = Hard(bits => BitConverter.Int32BitsToSingle(bits << 16));
        Narrow(values, Array.ConvertAll(values, NearestBFloat16), float.IsNaN, bits => (bits & 0x7FFF) > 0x7F80,
            (source, destination) => StoredLanes.ToBFloat16(Vector512.Load(source), destination),
            (source, destination) => StoredLanes.ToBFloat16(Vector256.Load(source), destination),
            (source, destination) => StoredLanes.ToBFloat16(Vector128.Load(source), destination),
            (source, destination) => StoredLanes.ToBFloat16(*source, destination));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0f)]
    [InlineData(0.0123f)]
    [InlineData(1e30f)]
    [InlineData(1.2e-38f)]
    public void NarrowingToBytesRoundsToNearestEven(float scale)
    {
        float[] values = [.. Inputs.Random(1 << 12).Select(value => value * 127f * scale), .. Enumerable.Range(-254, 509).Select(half => half / 2f * scale)];
        values = [.. values, .. new float[Widest - (values.Length % Widest)]];
        sbyte[] expected = Array.ConvertAll(values, value => scale == 0 ? (sbyte)0 : (sbyte)Math.Round((double)(value / scale), MidpointRounding.ToEven));
        Narrow(values, expected, _ => false, _ => false,
            (source, destination) => StoredLanes.ToInt8(Vector512.Load(source), Vector512.Create(scale), destination),
            (source, destination) => StoredLanes.ToInt8(Vector256.Load(source), Vector256.Create(scale), destination),
            (source, destination) => StoredLanes.ToInt8(Vector128.Load(source), Vector128.Create(scale), destination),
            (source, destination) => StoredLanes.ToInt8(*source, scale, destination));
    }

    private delegate TResult From<TElement, TResult>(TElement* source)
        where TElement : unmanaged;

    private delegate void To<TElement>(float* source, TElement* destination)
        where TElement : unmanaged;

    private static void Widen<TElement>(
        TElement[] stored, float[] expected, From<TElement, Vector512<float>> wide, From<TElement, Vector256<float>> middle, From<TElement, Vector128<float>> narrow, From<TElement, float> one)
        where TElement : unmanaged
    {
        float* found = stackalloc float[Widest];
        fixed (TElement* source = stored)
        {
            for (int width = 1; width <= Widest; width *= width == 1 ? 4 : 2)
            {
                for (int at = 0; at < stored.Length; at += width)
                {
                    switch (width)
                    {
                        case 16: wide(source + at).Store(found); break;
                        case 8: middle(source + at).Store(found); break;
                        case 4: narrow(source + at).Store(found); break;
                        default: *found = one(source + at); break;
                    }

                    for (int n = 0; n < width; n++)
                    {
                        Assert.True(Same(expected[at + n], found[n]), $"width {width}, {stored[at + n]}: expected {expected[at + n]:R}, got {found[n]:R}");
                    }
                }
            }
        }
    }

    private static void Narrow<TElement>(
        float[] values, TElement[] expected, Func<float, bool> isNaN, Func<TElement, bool> isStoredNaN, To<TElement> wide, To<TElement> middle, To<TElement> narrow, To<TElement> one)
        where TElement : unmanaged
    {
        TElement[] first = new TElement[values.Length];
        TElement[] found = new TElement[values.Length];
        fixed (float* source = values)
        {
            for (int width = 1; width <= Widest; width *= width == 1 ? 4 : 2)
            {
                To<TElement> convert = width switch { 16 => wide, 8 => middle, 4 => narrow, _ => one };
                fixed (TElement* destination = found)
                {
                    for (int at = 0; at < values.Length; at += width)
                    {
                        convert(source + at, destination + at);
                    }
                }

                for (int n = 0; n < values.Length; n++)
                {
                    bool right = isNaN(values[n]) ? isStoredNaN(found[n]) : expected[n].Equals(found[n]);
                    Assert.True(right, $"width {width}, {values[n]:R}: expected {expected[n]}, got {found[n]}");
                }

                // NaNs too have the same bits at every width.
                first = width == 1 ? [.. found] : first;
                Assert.Equal(first, found);
            }
        }
    }

    private static bool Same(float expected, float found) =>
        float.IsNaN(expected) ? float.IsNaN(found) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(found);

    /// <summary>Every stored number, the middle to the next one, the floats beside that middle, and any bits at all.</summary>
    private static float[] Hard(Func<int, float> stored)
    {
        List<float> values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 65519.996f, 65520f];
        for (int bits = 0; bits < 1 << 16; bits++)
        {
            float value = stored(bits), middle = (float)((value + (double)stored(Math.Min(bits + 1, 0xFFFF))) / 2);
            values.AddRange([value, middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle), BitConverter.Int32BitsToSingle(Random.Shared.Next() ^ (bits << 16))]);
        }

        values.AddRange(new float[Widest - (values.Count % Widest)]);
        return [.. values];
    }

    /// <summary>Of the two bfloat16 around a number the nearer one, or the even one.</summary>
    private static ushort NearestBFloat16(float value)
    {
        if (!float.IsFinite(value))
        {
            return (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }

        ushort below = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16), above = (ushort)(below + 1);
        double toBelow = Math.Abs(value - (double)BitConverter.UInt32BitsToSingle((uint)below << 16));

        // Past the largest finite number stands what the next one would be: 2^128.
        double next = Math.Abs((double)BitConverter.UInt32BitsToSingle((uint)above << 16));
        double toAbove = Math.Abs(Math.Abs((double)value) - (double.IsInfinity(next) ? Math.Pow(2, 128) : next));
        return toBelow < toAbove || (toBelow == toAbove && below % 2 == 0) ? below : above;
    }
}
