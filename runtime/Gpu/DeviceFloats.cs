using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Floats in a device's memory. Nothing moves between host and device unless one of these methods is called.</summary>
public sealed class DeviceFloats : IDisposable
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> buffer;

    internal DeviceFloats(GpuAttentionContext context, long count)
    {
        Context = context;
        Count = count;
        buffer = context.AllocateBuffer<float>(count, $"{count} floats");
    }

    /// <summary>The device that they are on.</summary>
    public GpuAttentionContext Context { get; }

    /// <summary>How many there are.</summary>
    public long Count { get; }

    internal ArrayView<float> View => buffer.AsContiguous();

    /// <summary>Copies from the host; when this returns, the source may be changed.</summary>
    /// <param name="source">As many floats as there are.</param>
    /// <param name="stream">The stream to copy on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another.</exception>
    public void CopyFrom(ReadOnlySpan<float> source, GpuStream? stream = null)
    {
        CheckCount(source.Length, nameof(source));
        if (source.Length > 0)
        {
            GpuStream target = stream ?? Context.DefaultStream;
            View.CopyFromCPUUnsafeAsync(target.Native, ref MemoryMarshal.GetReference(source), source.Length);
            target.Synchronize();
        }
    }

    /// <summary>Copies to the host, once everything called on the stream before is done.</summary>
    /// <param name="target">As many floats as there are.</param>
    /// <param name="stream">The stream to copy on; null: the context's own.</param>
    /// <exception cref="ArgumentException">The count is another.</exception>
    public void CopyTo(Span<float> target, GpuStream? stream = null)
    {
        CheckCount(target.Length, nameof(target));
        if (target.Length > 0)
        {
            GpuStream source = stream ?? Context.DefaultStream;
            View.CopyToCPUUnsafeAsync(source.Native, ref MemoryMarshal.GetReference(target), target.Length);
            source.Synchronize();
        }
    }

    /// <summary>Releases the memory.</summary>
    public void Dispose() => buffer.Dispose();

    private void CheckCount(int count, string name)
    {
        if (count != Count)
        {
            throw new ArgumentException($"Expected {Count} floats, but the span holds {count}.", name);
        }
    }
}
