using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Floats of 16 bits in a device's memory. Nothing moves between host and device unless one of these methods is called.</summary>
public sealed class DeviceFloats16 : IDisposable
{
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> buffer;

    internal DeviceFloats16(GpuAttentionContext context, long count, GpuPrecision precision)
    {
        Context = context;
        Count = count;
        Precision = precision;
        buffer = context.AllocateBuffer<uint>((count + 1) / 2, $"{count} floats of 16 bits");
    }

    /// <summary>The device that they are on.</summary>
    public GpuAttentionContext Context { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    /// <summary>What they are: <see cref="GpuPrecision.Half"/> or <see cref="GpuPrecision.BFloat16"/>.</summary>
    public GpuPrecision Precision { get; }

    // In pairs: what kernels read and write.
    internal ArrayView<uint> Pairs => buffer.AsContiguous();

    /// <summary>Copies from the host; when this returns, the source may be changed.</summary>
    /// <param name="bits">As many as there are, as bits of <see cref="Precision"/>.</param>
    /// <param name="stream">The stream to copy on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another.</exception>
    public void CopyFrom(ReadOnlySpan<ushort> bits, GpuStream? stream = null)
    {
        CheckCount(bits.Length, nameof(bits));
        uint[] pairs = new uint[(bits.Length + 1) / 2];
        bits.CopyTo(MemoryMarshal.Cast<uint, ushort>(pairs.AsSpan()));
        if (pairs.Length > 0)
        {
            GpuStream target = stream ?? Context.DefaultStream;
            Pairs.CopyFromCPUUnsafeAsync(target.Native, ref pairs[0], pairs.Length);
            target.Synchronize();
        }
    }

    /// <summary>Copies to the host, once everything called on the stream before is done.</summary>
    /// <param name="bits">As many as there are, as bits of <see cref="Precision"/>.</param>
    /// <param name="stream">The stream to copy on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another.</exception>
    public void CopyTo(Span<ushort> bits, GpuStream? stream = null)
    {
        CheckCount(bits.Length, nameof(bits));
        uint[] pairs = new uint[(bits.Length + 1) / 2];
        if (pairs.Length > 0)
        {
            GpuStream source = stream ?? Context.DefaultStream;
            Pairs.CopyToCPUUnsafeAsync(source.Native, ref pairs[0], pairs.Length);
            source.Synchronize();
            MemoryMarshal.Cast<uint, ushort>(pairs.AsSpan())[..bits.Length].CopyTo(bits);
        }
    }

    /// <summary>Rounds FP32 floats of the same device to these, to the nearest, halves to even. Returns when the kernel is queued.</summary>
    /// <param name="source">As many floats as there are; an even number.</param>
    /// <param name="stream">The stream to run on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another or odd, or the device is.</exception>
    public void RoundFrom(DeviceFloats source, GpuStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Check(source, nameof(source));
        TensorConversion.Run(stream ?? Context.DefaultStream, source.View, Row(), Pairs, Row(), Precision, widens: false);
    }

    /// <summary>Widens these to FP32 floats of the same device, exactly. Returns when the kernel is queued.</summary>
    /// <param name="target">As many floats as there are; an even number.</param>
    /// <param name="stream">The stream to run on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another or odd, or the device is.</exception>
    public void WidenTo(DeviceFloats target, GpuStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Check(target, nameof(target));
        TensorConversion.Run(stream ?? Context.DefaultStream, target.View, Row(), Pairs, Row(), Precision, widens: true);
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => buffer.Dispose();

    private TensorLayout Row() => TensorLayout.HeadsFirst(1, 1, checked((int)(Count / 2)), 2);

    private void Check(DeviceFloats other, string name)
    {
        if (other.Count != Count || Count % 2 != 0)
        {
            throw new ArgumentException($"Expected {Count} floats, an even number, but there are {other.Count}.", name);
        }

        if (other.Context != Context)
        {
            throw new ArgumentException($"Expected memory of {Context.Device.Name}, the context of these.", name);
        }
    }

    private void CheckCount(int count, string name)
    {
        if (count != Count)
        {
            throw new ArgumentException($"Expected {Count} floats, but the span holds {count}.", name);
        }
    }
}
