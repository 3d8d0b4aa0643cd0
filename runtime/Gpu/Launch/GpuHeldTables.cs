using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>
/// Learned tables that a stream's calls brought, in the device's memory: a call that brings the same numbers again, as every call of one layer does, copies nothing.
/// </summary>
internal sealed class GpuHeldTables(GpuStream stream) : IDisposable
{
    /// <summary>Tables of one kind that are held; more layers than that take turns.</summary>
    private const int MostOfAKind = 64;

    private readonly Dictionary<string, List<(float[] Host, MemoryBuffer1D<float, Stride1D.Dense> Device)>> _held = new(StringComparer.Ordinal);

    /// <summary>Bytes held.</summary>
    public long Bytes => _held.Values.Sum(static tables => tables.Sum(static table => (long)table.Host.Length * sizeof(float)));

    /// <summary>The numbers on the device.</summary>
    /// <param name="kind">What they are.</param>
    /// <param name="numbers">At least one.</param>
    public ArrayView<float> Find(string kind, ReadOnlySpan<float> numbers)
    {
        if (!_held.TryGetValue(kind, out var tables))
        {
            _held[kind] = tables = [];
        }

        foreach ((float[] host, MemoryBuffer1D<float, Stride1D.Dense> device) in tables)
        {
            // By bits: a NaN is no number, but the same NaN is the same table.
            if (MemoryMarshal.AsBytes(numbers).SequenceEqual(MemoryMarshal.AsBytes(host.AsSpan())))
            {
                return device.AsContiguous();
            }
        }

        return Add(kind, tables, numbers);
    }

    public void Dispose()
    {
        foreach ((_, MemoryBuffer1D<float, Stride1D.Dense> device) in _held.Values.SelectMany(static tables => tables))
        {
            device.Dispose();
        }

        _held.Clear();
    }

    private ArrayView<float> Add(string kind, List<(float[] Host, MemoryBuffer1D<float, Stride1D.Dense> Device)> tables, ReadOnlySpan<float> numbers)
    {
        if (tables.Count == MostOfAKind)
        {
            // A kernel under way may still read the oldest.
            stream.Synchronize();
            tables[0].Device.Dispose();
            tables.RemoveAt(0);
        }

        var device = stream.Context.AllocateBuffer<float>(numbers.Length, kind);
        float[] host = numbers.ToArray();
        device.AsContiguous().CopyFromCPUUnsafeAsync(stream.Native, ref MemoryMarshal.GetArrayDataReference(host), host.Length);
        tables.Add((host, device));
        return device.AsContiguous();
    }
}
