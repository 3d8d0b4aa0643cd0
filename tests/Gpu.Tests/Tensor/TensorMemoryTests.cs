using AttentionGen.Conformance.Cases;

namespace AttentionGen.Gpu.Tests;

/// <summary>Floats of 16 bits in device memory: conversions, and what is refused.</summary>
public class TensorMemoryTests
{
    [Theory]
    [InlineData(GpuPrecision.Half)]
    [InlineData(GpuPrecision.BFloat16)]
    public void Numbers_of_16_bits_come_back(GpuPrecision precision)
    {
        // One of every 16 neighbours: every exponent of both signs.
        const int Count = 1 << 12;
        Random random = TestSeed.For("numbers of 16 bits", (int)precision);
        ushort[] bits = [.. Enumerable.Range(0, Count).Select(n => (ushort)((n * 16) + random.Next(16)))], back = new ushort[Count];
        float[] wide = new float[Count];
        using DeviceFloats16 narrow = GpuKernels.Context.Allocate16(Count, precision), again = GpuKernels.Context.Allocate16(Count, precision);
        using DeviceFloats single = GpuKernels.Context.Allocate(Count);
        narrow.CopyFrom(bits);
        narrow.WidenTo(single);
        single.CopyTo(wide);
        again.RoundFrom(single);
        again.CopyTo(back);
        for (int n = 0; n < Count; n++)
        {
            float expected = Widen(bits[n], precision);
            Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(wide[n]) || (float.IsNaN(expected) && float.IsNaN(wide[n])), $"{n:X4}: expected {expected:R}, got {wide[n]:R}");
            Assert.True(back[n] == bits[n] || float.IsNaN(Widen(back[n], precision)) == float.IsNaN(expected) && float.IsNaN(expected), $"{n:X4} came back as {back[n]:X4}");
        }
    }

    [Theory]
    [InlineData(GpuPrecision.Half)]
    [InlineData(GpuPrecision.BFloat16)]
    public void Floats_are_rounded_to_the_nearest_even(GpuPrecision precision)
    {
        Random random = TestSeed.For("rounding", (int)precision);
        float[] edges = [0f, -0f, 65519.99f, 65520f, -65520f, 1e-8f, 2.98e-8f, 2.9802322e-8f, 6.1035156e-5f, 6.1e-5f, float.MaxValue, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1.00390625f, 1.01171875f, 1.00048828125f];
        float[] floats = [.. edges, .. Enumerable.Range(0, 3000 - edges.Length).Select(_ => random.Next(2) == 0 ? BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)) : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-9, 6))))];
        ushort[] bits = new ushort[floats.Length];
        using DeviceFloats single = GpuKernels.Context.Allocate(floats.Length);
        using DeviceFloats16 narrow = GpuKernels.Context.Allocate16(floats.Length, precision);
        single.CopyFrom(floats);
        narrow.RoundFrom(single);
        narrow.CopyTo(bits);
        for (int n = 0; n < floats.Length; n++)
        {
            Assert.True(bits[n] == Narrow(floats[n], precision) || (float.IsNaN(floats[n]) && float.IsNaN(Widen(bits[n], precision))), $"{floats[n]:R}: expected {Narrow(floats[n], precision):X4}, got {bits[n]:X4}");
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        GpuAttentionContext context = GpuKernels.Context;
        using DeviceFloats16 memory = context.Allocate16(64, GpuPrecision.Half);
        using DeviceFloats more = context.Allocate(66);
        Assert.Contains("Half or BFloat16", Assert.Throws<ArgumentOutOfRangeException>(() => context.Allocate16(8, GpuPrecision.Single)).Message, StringComparison.Ordinal);
        Assert.Contains("Expected 64 floats", Assert.Throws<ArgumentException>(() => memory.CopyFrom(new ushort[63])).Message, StringComparison.Ordinal);
        Assert.Contains("there are 66", Assert.Throws<ArgumentException>(() => memory.RoundFrom(more)).Message, StringComparison.Ordinal);
        Assert.Contains("multiples of 8", Assert.Throws<ArgumentException>(() => new DeviceTensorView16(memory, 4, TensorLayout.HeadsFirst(1, 1, 1, 32))).Message, StringComparison.Ordinal);
        Assert.Contains("multiples of 8", Assert.Throws<ArgumentException>(() => DeviceTensorView16.HeadsFirst(memory, 1, 1, 1, 33)).Message, StringComparison.Ordinal);
    }

    // The definitions: .NET's Half, and the float among those of 16 bits that is nearest.
    private static float Widen(ushort bits, GpuPrecision precision) => precision == GpuPrecision.Half ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.Int32BitsToSingle(bits << 16);

    private static ushort Narrow(float value, GpuPrecision precision)
    {
        if (precision == GpuPrecision.Half)
        {
            return BitConverter.HalfToUInt16Bits((Half)value);
        }

        // Both neighbours, and of two that are as near the even one; past the largest comes infinity, as if it were the next number.
        uint below = BitConverter.SingleToUInt32Bits(value) >> 16;
        double Size(uint bits) => bits == 0x7F80 ? Math.Pow(2, 128) : Math.Abs((double)BitConverter.UInt32BitsToSingle(bits << 16));
        double size = Math.Abs((double)value), down = size - Size(below & 0x7FFF), up = Size((below & 0x7FFF) + 1) - size;
        return (ushort)(float.IsInfinity(value) || down < up || (down == up && below % 2 == 0) ? below : below + 1);
    }
}
