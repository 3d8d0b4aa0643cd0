using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One row of floats per position, computed when first asked for and kept. Safe for concurrent use.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class PositionTable
{
    private const int LeastRows = 64;

    private readonly Lock growth = new();

    // A call in flight may still read an outgrown block, so all of them live as long as the table does. Doubling keeps their sum below the last one's size.
    private readonly List<NativeFloats> blocks = [];
    private Block current = new(null, 0);

    /// <summary>An empty table.</summary>
    /// <param name="width">Floats per row.</param>
    /// <param name="limit">Positions at most.</param>
    private protected PositionTable(int width, int limit)
    {
        Width = width;
        Limit = limit;
    }

    /// <summary>Floats per row.</summary>
    public int Width { get; }

    /// <summary>Positions at most: 0 to <c>Limit - 1</c>.</summary>
    public int Limit { get; }

    /// <summary>How a message says what <see cref="Limit"/> comes from.</summary>
    private protected abstract string LimitReason { get; }

    /// <summary>The table <c>[positions or more, Width]</c>, 64-byte aligned. Valid as long as this object is reachable.</summary>
    /// <exception cref="ArgumentException"><paramref name="positions"/> is negative or above <see cref="Limit"/>.</exception>
    /// <exception cref="OutOfMemoryException">The table could not grow; what it held stays valid.</exception>
    public float* Rows(int positions)
    {
        Block block = Volatile.Read(ref current);
        return positions >= 0 && positions <= block.Rows ? block.Pointer : Grow(positions);
    }

    /// <summary>Writes rows <paramref name="first"/> to <paramref name="past"/>, the latter excluded, of the table.</summary>
    private protected abstract void Fill(float* table, int first, int past);

    private float* Grow(int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(positions);
        if (positions > Limit)
        {
            throw new ArgumentException($"Position {positions - 1} is past the last, {Limit - 1}: {LimitReason}", nameof(positions));
        }

        lock (growth)
        {
            if (positions > current.Rows)
            {
                int rows = (int)Math.Min(Limit, Math.Max(Math.Max(positions, LeastRows), 2L * current.Rows));
                NativeFloats block = new();
                float* table = block.Reserve((long)rows * Width);
                long held = (long)current.Rows * Width * sizeof(float);
                Buffer.MemoryCopy(current.Pointer, table, held, held);
                Fill(table, current.Rows, rows);
                blocks.Add(block);
                Volatile.Write(ref current, new Block(table, rows));
            }

            return current.Pointer;
        }
    }

    private sealed class Block(float* pointer, int rows)
    {
        public float* Pointer { get; } = pointer;

        public int Rows { get; } = rows;
    }
}
