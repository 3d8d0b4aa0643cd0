using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>Hints that memory will be wanted soon. They never fault, so that an address past the end is harmless.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class CachePrefetch
{
    private const int LineFloats = 16;

    /// <summary>
    /// Asks for rows <paramref name="from"/> to <paramref name="from"/> + <paramref name="count"/> of a tensor, as far as they lie before
    /// <paramref name="end"/>, to stand in the second-level cache: they are wanted a chunk later, and the first level is in use.
    /// </summary>
    /// <param name="rows">Row 0.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="from">The first row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="end">One past the last row there is.</param>
    /// <param name="columns">Floats of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows(float* rows, long stride, int from, int count, int end, int columns)
    {
        count = Sse.IsSupported ? Math.Min(count, end - from) : 0;
        rows += from * stride;
        for (int row = 0; row < count; row++, rows += stride)
        {
            for (int column = 0; column < columns; column += LineFloats)
            {
                Sse.Prefetch1(rows + column);
            }
        }
    }

    /// <summary>Asks for rows that are wanted some tiles later: those that wait longer fall from the first level to the second, and still come sooner than when asked for there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // inlined, narrow kernels take 8% longer
    public static void NextRows(float* rows, long stride, int from, int count, int end, int columns) =>
        Tile(rows + (from * stride), (nint)stride, Math.Min(count, end - from), columns);

    /// <summary>Asks for a row of a tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* row, int columns)
    {
        for (int column = 0; column < columns; column += LineFloats)
        {
            Soon((byte*)(row + column));
        }
    }

    /// <summary>Asks for one cache line. One that is wanted only a page of keys later falls from the first level to the second, and still comes sooner than when asked for there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Soon(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Asks for <paramref name="rows"/> rows of <paramref name="columns"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Tile(float* address, nint stride, int rows, int columns)
    {
        if (Sse.IsSupported)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column += LineFloats)
                {
                    Sse.Prefetch0(address + column);
                }

                address += stride;
            }
        }
    }
}
