using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>
/// How one panel of one depth block of a <see cref="PackedMatrix"/> lies in memory: rows of 16 elements, and where elements have scales, in front of every 64 rows the 16 that
/// they share by column.
/// </summary>
/// <typeparam name="TFormat">What an element is.</typeparam>
internal static unsafe class PanelFormat<TFormat>
    where TFormat : IStoredFormat
{
    /// <summary>Bytes from one row to the next.</summary>
    public static int RowBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PackedMatrix.PanelWidth * TFormat.Bytes;
    }

    /// <summary>Bytes of scales in front of a stretch of rows.</summary>
    public static int ScaleBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.IsScaled ? PackedMatrix.PanelWidth * sizeof(float) : 0;
    }

    /// <summary>Rows of such a stretch.</summary>
    public static int StretchRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.IsScaled ? PackedMatrix.ScaleRows : PackedMatrix.DepthBlock;
    }

    /// <summary>Bytes of a stretch.</summary>
    public static int StretchBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ScaleBytes + (StretchRows * RowBytes);
    }

    /// <summary>Bytes of a panel.</summary>
    public static int PanelBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => PackedMatrix.DepthBlock / StretchRows * StretchBytes;
    }

    /// <summary>Bytes from the first slice of a panel to another, where a slice is as many columns as a register has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SliceOffset<TVector, TLanes>(int slice)
        where TLanes : ILanes<TVector> =>
        (slice * TLanes.Count / PackedMatrix.PanelWidth * PanelBytes) + (slice * TLanes.Count % PackedMatrix.PanelWidth * TFormat.Bytes);

    /// <summary>The same for scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ScaleOffset<TVector, TLanes>(int slice)
        where TLanes : ILanes<TVector> =>
        (slice * TLanes.Count / PackedMatrix.PanelWidth * PanelBytes) + (slice * TLanes.Count % PackedMatrix.PanelWidth * sizeof(float));

    /// <summary>Widens the first rows of a panel.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="depth">Rows.</param>
    /// <param name="destination"><c>[depth, 16]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<TVector, TLanes>(byte* panel, int depth, float* destination)
        where TLanes : IStoredLanes<TVector>
    {
        for (int start = 0; start < depth; start += StretchRows, panel += StretchBytes)
        {
            int rows = Math.Min(StretchRows, depth - start);
            for (int column = 0; column < PackedMatrix.PanelWidth; column += TLanes.Count)
            {
                TVector scale = TFormat.IsScaled ? TLanes.Load((float*)panel + column) : TLanes.Zero;
                byte* source = panel + ScaleBytes + (column * TFormat.Bytes);
                float* target = destination + (start * PackedMatrix.PanelWidth) + column;
                for (int row = 0; row < rows; row++, source += RowBytes, target += PackedMatrix.PanelWidth)
                {
                    TVector element = TFormat.Load<TVector, TLanes>(source);
                    TLanes.Store(TFormat.IsScaled ? TLanes.Multiply(element, scale) : element, target);
                }
            }
        }
    }

    /// <summary>Stores the rows of a stretch.</summary>
    /// <param name="rows"><c>[count, 16]</c>, finite where elements have scales.</param>
    /// <param name="count">Rows, at most <see cref="StretchRows"/>.</param>
    /// <param name="stretch">Where the stretch begins.</param>
    public static void Narrow(float* rows, int count, byte* stretch)
    {
        byte* elements = stretch + ScaleBytes;
        if (TFormat.IsScaled)
        {
            float* scales = (float*)stretch;
            for (int column = 0; column < PackedMatrix.PanelWidth; column++)
            {
                float largest = 0f;
                for (int row = 0; row < count; row++)
                {
                    largest = Math.Max(largest, Math.Abs(rows[(row * PackedMatrix.PanelWidth) + column]));
                }

                scales[column] = StoredFloats.Int8Scale(largest);
            }

            StoredRows.NarrowColumns(rows, scales, elements, count, SimdTiers.Best);
            return;
        }

        float none = 0f;
        StoredRows.Narrow<TFormat>(rows, &none, 0, elements, count * PackedMatrix.PanelWidth, SimdTiers.Best);
    }
}
