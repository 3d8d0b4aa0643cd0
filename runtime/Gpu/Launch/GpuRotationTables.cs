using System.Numerics;
using System.Runtime.InteropServices;
using AttentionGen.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Rotation tables in a device's memory: each is copied there when it is first needed, and again, twice as far, when a call's positions go past its end.</summary>
internal sealed class GpuRotationTables(GpuAttentionContext context) : IDisposable
{
    private readonly Dictionary<RotaryTable, (MemoryBuffer1D<float, Stride1D.Dense> Buffer, int Rows)> _held = [];
    private readonly List<MemoryBuffer> _outgrown = [];

    /// <summary>The table's rows 0 to <paramref name="rows"/> - 1 and perhaps more.</summary>
    /// <exception cref="ArgumentException">The table ends before.</exception>
    /// <exception cref="GpuOutOfMemoryException">The device has no room for it.</exception>
    public ArrayView<float> Rows(RotaryTable table, int rows)
    {
        lock (_held)
        {
            if (!_held.TryGetValue(table, out (MemoryBuffer1D<float, Stride1D.Dense> Buffer, int Rows) held) || held.Rows < rows)
            {
                var grown = Copy(table, rows);
                if (held.Buffer is not null)
                {
                    // Kernels under way may still read it.
                    _outgrown.Add(held.Buffer);
                }

                _held[table] = held = grown;
            }

            return held.Buffer.AsContiguous();
        }
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in _held.Values.Select(static held => (MemoryBuffer)held.Buffer).Concat(_outgrown))
        {
            buffer.Dispose();
        }

        _held.Clear();
        _outgrown.Clear();
    }

    private unsafe (MemoryBuffer1D<float, Stride1D.Dense> Buffer, int Rows) Copy(RotaryTable table, int rows)
    {
        // Said before anything is allocated.
        _ = table.Rows(rows);
        int room = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(rows, 1)), (uint)table.Limit);
        long count = (long)room * table.Width;
        var buffer = context.AllocateBuffer<float>(count, "a rotation table");
        GpuStream stream = context.DefaultStream;
        buffer.AsContiguous().CopyFromCPUUnsafeAsync(stream.Native, ref *table.Rows(room), count);
        stream.Synchronize();
        return (buffer, room);
    }
}
