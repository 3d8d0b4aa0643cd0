using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Device memory of a stream's calls: one buffer for each thing that a call may need, kept and grown.</summary>
internal sealed class GpuWorkspace(GpuStream stream) : IDisposable
{
    private readonly Dictionary<string, (MemoryBuffer Buffer, long Count, long Bytes)> _buffers = new(StringComparer.Ordinal);
    private readonly GpuHeldTables _tables = new(stream);

    /// <summary>Bytes held.</summary>
    public long Bytes => _buffers.Values.Sum(static held => held.Bytes) + _tables.Bytes;

    /// <summary>A buffer of at least so many elements, with whatever it held.</summary>
    public ArrayView<T> Reserve<T>(string name, long count)
        where T : unmanaged
    {
        if (!_buffers.TryGetValue(name, out (MemoryBuffer Buffer, long Count, long Bytes) held) || held.Count < count)
        {
            if (held.Buffer is not null)
            {
                // A kernel under way may still use it.
                stream.Synchronize();
                held.Buffer.Dispose();
                _buffers.Remove(name);
            }

            long room = Math.Max(count, 1);
            held = (stream.Context.AllocateBuffer<T>(room, $"{name} of a call's workspace"), room, room * Unsafe.SizeOf<T>());
            _buffers[name] = held;
        }

        return ((MemoryBuffer1D<T, Stride1D.Dense>)held.Buffer).AsContiguous();
    }

    /// <summary>A host's elements on the device; one element without meaning where there are none.</summary>
    public ArrayView<T> Upload<T>(string name, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        ArrayView<T> view = Reserve<T>(name, elements.Length);
        if (elements.IsEmpty)
        {
            return view;
        }

        view = view.SubView(0, elements.Length);
        view.CopyFromCPUUnsafeAsync(stream.Native, ref MemoryMarshal.GetReference(elements), elements.Length);
        return view;
    }

    /// <summary>A learned table on the device, copied there only if it is new; one element without meaning where it is empty.</summary>
    public ArrayView<float> Table(string kind, ReadOnlySpan<float> numbers) => numbers.IsEmpty ? Reserve<float>("nothing", 1) : _tables.Find(kind, numbers);

    public void Dispose()
    {
        _tables.Dispose();
        foreach ((MemoryBuffer buffer, _, _) in _buffers.Values)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
    }
}
