using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Floats in a device's memory, in FP32 or 16 bits.</summary>
public sealed class DeviceTensor : IDisposable
{
    private readonly GpuPrecision precision;
    private readonly DeviceFloats? wide;
    private readonly DeviceFloats16? narrow;

    /// <summary>Copies floats to the device; those that the precision has not are rounded.</summary>
    public DeviceTensor(GpuAttentionContext context, ReadOnlySpan<float> data, GpuPrecision precision)
    {
        this.precision = precision;
        if (precision == GpuPrecision.Single)
        {
            wide = context.Allocate(data.Length);
            wide.CopyFrom(data);
            return;
        }

        ushort[] bits = new ushort[data.Length];
        for (int n = 0; n < bits.Length; n++)
        {
            bits[n] = Bits(data[n], precision);
        }

        narrow = context.Allocate16(data.Length, precision);
        narrow.CopyFrom(bits);
    }

    /// <summary>A float as the precision has it.</summary>
    public static float Rounded(float value, GpuPrecision precision) => precision == GpuPrecision.Single ? value : Value(Bits(value, precision), precision);

    /// <summary>A view of FP32 floats.</summary>
    public DeviceTensorView View(long offset, TensorLayout layout) => new(wide!, offset, layout);

    /// <summary>A view of 16-bit floats.</summary>
    public DeviceTensorView16 View16(long offset, TensorLayout layout) => new(narrow!, offset, layout);

    /// <summary>Copies the floats to the host, once everything queued before is done.</summary>
    public void CopyTo(Span<float> data, GpuStream stream)
    {
        if (wide is not null)
        {
            wide.CopyTo(data, stream);
            return;
        }

        ushort[] bits = new ushort[data.Length];
        narrow!.CopyTo(bits, stream);
        for (int n = 0; n < bits.Length; n++)
        {
            data[n] = Value(bits[n], precision);
        }
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose()
    {
        wide?.Dispose();
        narrow?.Dispose();
    }

    private static ushort Bits(float value, GpuPrecision precision)
    {
        if (precision == GpuPrecision.Half)
        {
            return BitConverter.HalfToUInt16Bits((Half)value);
        }

        const uint Halfway = 0x7FFF;
        const ushort NotANumber = 0x7FC0;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? NotANumber : (ushort)((bits + Halfway + ((bits >> 16) & 1)) >> 16);
    }

    private static float Value(ushort bits, GpuPrecision precision) =>
        precision == GpuPrecision.Half ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
