using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>
/// The right-hand side of a <see cref="Gemm"/>, <c>[depth, columns]</c>, copied into native memory in the order the register tiles read it:
/// <c>[depth block, panel, 512, 16]</c>, where a panel is 16 columns. Every SIMD tier reads the same packing. Keeps no reference to its source.
/// </summary>
/// <remarks>
/// Elements are stored as <see cref="Precision"/> says. To a product, the matrix is exactly what <see cref="CopyTo"/> gives: FP32 numbers, each of them what its stored element and
/// scale come to.
/// What a 256-bit tile reads of one depth block is 32 KiB and stays in L1; a 512-bit tile's 128 KiB stream from L2 at a third of its
/// bandwidth. Measured at 512 x 512 x 512 and up, blocks of 512 rows beat 128 and 256, most of all while other cores use the shared
/// cache: each block is one pass over the output.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Columns of a panel.</summary>
    internal const int PanelWidth = 16;

    /// <summary>Steps of depth in one block.</summary>
    internal const int DepthBlock = 512;

    /// <summary>Floats of one panel of one depth block.</summary>
    internal const int PanelFloats = PanelWidth * DepthBlock;

    /// <summary>Int8: steps of depth whose elements share a scale, column by column.</summary>
    internal const int ScaleRows = 64;

    /// <summary>Panels come in groups of as many as the widest tile and a sweep over few rows read side by side; the columns past the last are zeros.</summary>
    internal const int PanelGroup = 4;

    private readonly NativeFloats memory = new();

    /// <summary>A matrix of zeros.</summary>
    /// <param name="depth">Rows: the features that are summed over.</param>
    /// <param name="columns">Columns: the features of the result.</param>
    /// <param name="precision">How elements are stored.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or there is no such precision.</exception>
    public PackedMatrix(int depth, int columns, WeightPrecision precision = WeightPrecision.Single)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Depth = depth;
        Columns = columns;
        Precision = precision;
        Storage = PanelStorage.Of(precision);
        Panels = (int)(((long)columns + (PanelGroup * PanelWidth) - 1) / (PanelGroup * PanelWidth)) * PanelGroup;
        memory.Reserve(Math.Max(Bytes / sizeof(float), 1));

        // Only the rows that exist: what is never touched takes no physical memory, and tiles do not read it.
        for (long panel = 0; panel < DepthBlocks * Panels; panel++)
        {
            int rows = (int)Math.Min(DepthBlock, depth - (panel / Panels * DepthBlock));
            NativeMemory.Clear((byte*)memory.Pointer + (panel * Storage.PanelBytes), (nuint)Storage.BytesOf(rows));
        }
    }

    /// <summary>Rows: the features that are summed over.</summary>
    public int Depth { get; }

    /// <summary>Columns: the features of the result.</summary>
    public int Columns { get; }

    /// <summary>How elements are stored.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>Bytes of all panels, padding and scales included.</summary>
    public long Bytes => DepthBlocks * Panels * Storage.PanelBytes;

    /// <summary>How a panel lies in memory.</summary>
    internal PanelStorage Storage { get; }

    /// <summary>Panels of 16 columns, padding included.</summary>
    internal int Panels { get; }

    /// <summary>Blocks of <see cref="DepthBlock"/> rows.</summary>
    internal long DepthBlocks => ((long)Depth + DepthBlock - 1) / DepthBlock;

    /// <summary>The first panel.</summary>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    internal byte* Data
    {
        get
        {
            ObjectDisposedException.ThrowIf(memory.IsClosed, this);
            return (byte*)memory.Pointer;
        }
    }

    /// <summary>A packed copy of <paramref name="source"/>.</summary>
    /// <param name="source"><c>[depth, columns]</c>, row-major.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="precision">How elements are stored; they are rounded to it.</param>
    /// <exception cref="ArgumentException">The span does not hold <c>depth * columns</c> floats, or Int8 and one of them is NaN or infinite.</exception>
    public static PackedMatrix Pack(ReadOnlySpan<float> source, int depth, int columns, WeightPrecision precision = WeightPrecision.Single)
    {
        CheckLength(source.Length, depth, columns, nameof(source));
        PackedMatrix packed = new(depth, columns, precision);
        try
        {
            packed.Set(source);
        }
        catch
        {
            packed.Dispose();
            throw;
        }

        return packed;
    }

    /// <summary>Replaces all elements, rounded to what is stored.</summary>
    /// <param name="source"><c>[depth, columns]</c>, row-major.</param>
    /// <exception cref="ArgumentException">The span does not hold <c>depth * columns</c> floats, or Int8 and one of them is NaN or infinite; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void Set(ReadOnlySpan<float> source)
    {
        CheckLength(source.Length, Depth, Columns, nameof(source));
        if (!CanHold(source))
        {
            throw new ArgumentException("Expected finite elements, but the span holds NaN or infinity, which Int8 can't store.", nameof(source));
        }

        float* tile = stackalloc float[ScaleRows * PanelWidth];
        Span<float> whole = new(tile, ScaleRows * PanelWidth);
        for (int row = 0; row < Depth; row += ScaleRows)
        {
            int rows = Math.Min(ScaleRows, Depth - row);
            for (int column = 0; column < Columns; column += PanelWidth)
            {
                int width = Math.Min(PanelWidth, Columns - column);
                for (int n = 0; n < rows; n++)
                {
                    source.Slice(((row + n) * Columns) + column, width).CopyTo(whole[(n * PanelWidth)..]);
                    whole.Slice((n * PanelWidth) + width, PanelWidth - width).Clear();
                }

                Storage.Narrow(tile, rows, Rows(row, column));
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Copies all elements out.</summary>
    /// <param name="destination"><c>[depth, columns]</c>, row-major.</param>
    /// <exception cref="ArgumentException">The span does not hold <c>depth * columns</c> floats.</exception>
    /// <exception cref="ObjectDisposedException">The matrix was disposed.</exception>
    public void CopyTo(Span<float> destination)
    {
        CheckLength(destination.Length, Depth, Columns, nameof(destination));
        float* tile = stackalloc float[ScaleRows * PanelWidth];
        Span<float> whole = new(tile, ScaleRows * PanelWidth);
        for (int row = 0; row < Depth; row += ScaleRows)
        {
            int rows = Math.Min(ScaleRows, Depth - row);
            for (int column = 0; column < Columns; column += PanelWidth)
            {
                int width = Math.Min(PanelWidth, Columns - column);
                Storage.Widen(Rows(row, column), rows, tile);
                for (int n = 0; n < rows; n++)
                {
                    whole.Slice(n * PanelWidth, width).CopyTo(destination[(((row + n) * Columns) + column)..]);
                }
            }
        }

        GC.KeepAlive(this);
    }

    /// <summary>Whether numbers can be stored: Int8 takes only finite ones.</summary>
    internal bool CanHold(ReadOnlySpan<float> source)
    {
        fixed (float* numbers = source)
        {
            return Precision != WeightPrecision.Int8 || StoredRows.IsFinite(numbers, source.Length, SimdTiers.Best);
        }
    }

    /// <summary>Floats from a step's first vector to another: in a later panel when a vector fills a panel's row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int VectorOffset<TVector, TLanes>(int vector)
        where TLanes : ILanes<TVector> =>
        vector * (TLanes.Count == PanelWidth ? PanelFloats : TLanes.Count);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => memory.Dispose();

    /// <summary>Rows of a panel from a multiple of <see cref="ScaleRows"/> on.</summary>
    private byte* Rows(int row, int column)
    {
        long panel = ((long)(row / DepthBlock) * Panels) + (column / PanelWidth);
        return Data + (panel * Storage.PanelBytes) + Storage.BytesOf(row % DepthBlock);
    }

    private static void CheckLength(int length, int depth, int columns, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (length != (long)depth * columns)
        {
            throw new ArgumentException($"Expected [{depth}, {columns}] = {(long)depth * columns} elements (depth, columns), but the span holds {length}.", name);
        }
    }
}
