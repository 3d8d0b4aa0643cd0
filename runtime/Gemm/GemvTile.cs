using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen.Kernels;

/// <summary>One to four rows against panels as they are stored: up to four registers of columns side by side, elements widened on their way to the multiply-add.</summary>
internal static unsafe class GemvTile
{
    private const int LineBytes = 64;

    /// <summary>A number of rows as a type: the sums of rows that do not exist are left out of the code.</summary>
    public interface IRows
    {
        /// <summary>The number.</summary>
        static abstract int Count { get; }
    }

    /// <summary>
    /// Adds one depth block's products to sums of whole panels, whose elements sum their products in order of depth.
    /// </summary>
    /// <param name="input"><c>[rows, depth]</c> at <paramref name="inputStride"/>.</param>
    /// <param name="inputStride">Floats from one input row to the next.</param>
    /// <param name="panel">The first panel, see <see cref="PanelFormat{TFormat}"/>.</param>
    /// <param name="depth">Products per element, at most <see cref="PackedMatrix.DepthBlock"/>.</param>
    /// <param name="sums"><c>[rows, panels * 16]</c> at <paramref name="stride"/>.</param>
    /// <param name="stride">Floats from one row of sums to the next.</param>
    /// <param name="panels">Panels, a multiple of <see cref="PackedMatrix.PanelGroup"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sweep<TVector, TLanes, TFormat, TRows>(float* input, nint inputStride, byte* panel, int depth, float* sums, nint stride, int panels)
        where TLanes : IStoredLanes<TVector>
        where TFormat : IStoredFormat
        where TRows : IRows
    {
        // Eight sums at most: as many as hide the multiply-add's latency, and they fit 16 registers.
        int slices = TRows.Count <= 2 ? 4 : 2;
        float* pastSums = sums + (panels * PackedMatrix.PanelWidth);
        for (int within = 0; sums < pastSums; sums += slices * TLanes.Count)
        {
            byte* stretch = panel, ahead = panel + (Group<TLanes, TVector, TRows>() * PanelFormat<TFormat>.PanelBytes);
            TVector sum00 = TLanes.Zero, sum01 = TLanes.Zero, sum02 = TLanes.Zero, sum03 = TLanes.Zero;
            TVector sum10 = TLanes.Zero, sum11 = TLanes.Zero, sum12 = TLanes.Zero, sum13 = TLanes.Zero;
            TVector sum20 = TLanes.Zero, sum21 = TLanes.Zero, sum30 = TLanes.Zero, sum31 = TLanes.Zero;
            for (int start = 0; start < depth; start += PanelFormat<TFormat>.StretchRows, stretch += PanelFormat<TFormat>.StretchBytes)
            {
                float* scales = (float*)stretch + within;
                TVector scale0 = Scale<TVector, TLanes, TFormat>(scales, 0), scale1 = Scale<TVector, TLanes, TFormat>(scales, 1);
                TVector scale2 = TRows.Count <= 2 ? Scale<TVector, TLanes, TFormat>(scales, 2) : TLanes.Zero;
                TVector scale3 = TRows.Count <= 2 ? Scale<TVector, TLanes, TFormat>(scales, 3) : TLanes.Zero;
                if (TFormat.IsScaled)
                {
                    ahead = Prefetch<TVector, TLanes, TFormat, TRows>(ahead, Group<TLanes, TVector, TRows>() * PanelFormat<TFormat>.ScaleBytes);
                }

                byte* elements = stretch + PanelFormat<TFormat>.ScaleBytes + (within * TFormat.Bytes);
                float* left = input + start;
                float* end = input + Math.Min(start + PanelFormat<TFormat>.StretchRows, depth);
                for (; left < end; left++, elements += PanelFormat<TFormat>.RowBytes)
                {
                    ahead = Prefetch<TVector, TLanes, TFormat, TRows>(ahead, Group<TLanes, TVector, TRows>() * PanelFormat<TFormat>.RowBytes);
                    TVector right0 = Element<TVector, TLanes, TFormat>(elements, 0, scale0), right1 = Element<TVector, TLanes, TFormat>(elements, 1, scale1);
                    TVector row = TLanes.Broadcast(*left);
                    sum00 = TLanes.MultiplyAdd(row, right0, sum00);
                    sum01 = TLanes.MultiplyAdd(row, right1, sum01);
                    if (TRows.Count <= 2)
                    {
                        TVector right2 = Element<TVector, TLanes, TFormat>(elements, 2, scale2), right3 = Element<TVector, TLanes, TFormat>(elements, 3, scale3);
                        sum02 = TLanes.MultiplyAdd(row, right2, sum02);
                        sum03 = TLanes.MultiplyAdd(row, right3, sum03);
                        if (TRows.Count > 1)
                        {
                            row = TLanes.Broadcast(left[inputStride]);
                            sum10 = TLanes.MultiplyAdd(row, right0, sum10);
                            sum11 = TLanes.MultiplyAdd(row, right1, sum11);
                            sum12 = TLanes.MultiplyAdd(row, right2, sum12);
                            sum13 = TLanes.MultiplyAdd(row, right3, sum13);
                        }
                    }
                    else
                    {
                        row = TLanes.Broadcast(left[inputStride]);
                        sum10 = TLanes.MultiplyAdd(row, right0, sum10);
                        sum11 = TLanes.MultiplyAdd(row, right1, sum11);
                        row = TLanes.Broadcast(left[2 * inputStride]);
                        sum20 = TLanes.MultiplyAdd(row, right0, sum20);
                        sum21 = TLanes.MultiplyAdd(row, right1, sum21);
                        if (TRows.Count > 3)
                        {
                            row = TLanes.Broadcast(left[3 * inputStride]);
                            sum30 = TLanes.MultiplyAdd(row, right0, sum30);
                            sum31 = TLanes.MultiplyAdd(row, right1, sum31);
                        }
                    }
                }
            }

            AddTo<TVector, TLanes>(sums, sum00, sum01);
            if (TRows.Count <= 2)
            {
                AddTo<TVector, TLanes>(sums + (2 * TLanes.Count), sum02, sum03);
            }

            if (TRows.Count > 1)
            {
                AddTo<TVector, TLanes>(sums + stride, sum10, sum11);
            }

            if (TRows.Count == 2)
            {
                AddTo<TVector, TLanes>(sums + stride + (2 * TLanes.Count), sum12, sum13);
            }

            if (TRows.Count > 2)
            {
                AddTo<TVector, TLanes>(sums + (2 * stride), sum20, sum21);
            }

            if (TRows.Count > 3)
            {
                AddTo<TVector, TLanes>(sums + (3 * stride), sum30, sum31);
            }

            within += slices * TLanes.Count;
            panel += within / PackedMatrix.PanelWidth * PanelFormat<TFormat>.PanelBytes;
            within %= PackedMatrix.PanelWidth;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Scale<TVector, TLanes, TFormat>(float* scales, int slice)
        where TLanes : IStoredLanes<TVector>
        where TFormat : IStoredFormat =>
        TFormat.IsScaled ? TLanes.Load((float*)((byte*)scales + PanelFormat<TFormat>.ScaleOffset<TVector, TLanes>(slice))) : TLanes.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Element<TVector, TLanes, TFormat>(byte* elements, int slice, TVector scale)
        where TLanes : IStoredLanes<TVector>
        where TFormat : IStoredFormat
    {
        byte* source = elements + PanelFormat<TFormat>.SliceOffset<TVector, TLanes>(slice);
        TVector element = TFormat.Load<TVector, TLanes>(source);
        return TFormat.IsScaled ? TLanes.Multiply(element, scale) : element;
    }

    /// <summary>Whole panels that are read side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Group<TLanes, TVector, TRows>()
        where TLanes : IStoredLanes<TVector>
        where TRows : IRows =>
        (TRows.Count <= 2 ? 4 : 2) * TLanes.Count / PackedMatrix.PanelWidth;

    /// <summary>
    /// Asks for the next bytes of the panels that come after the ones that are being read, as many as are being read: streams that begin anew every few KiB are
    /// nothing that the hardware foresees.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Prefetch<TVector, TLanes, TFormat, TRows>(byte* ahead, int bytes)
        where TLanes : IStoredLanes<TVector>
        where TFormat : IStoredFormat
        where TRows : IRows
    {
        if (!Sse.IsSupported || Group<TLanes, TVector, TRows>() == 0)
        {
            return ahead;
        }

        Sse.Prefetch0(ahead);
        if (bytes > LineBytes)
        {
            Sse.Prefetch0(ahead + LineBytes);
        }

        if (bytes > 2 * LineBytes)
        {
            Sse.Prefetch0(ahead + (2 * LineBytes));
            Sse.Prefetch0(ahead + (3 * LineBytes));
        }

        return ahead + bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TVector, TLanes>(float* sums, TVector sum0, TVector sum1)
        where TLanes : ILanes<TVector>
    {
        TLanes.Store(TLanes.Add(sum0, TLanes.Load(sums)), sums);
        TLanes.Store(TLanes.Add(sum1, TLanes.Load(sums + TLanes.Count)), sums + TLanes.Count);
    }

    /// <summary>One.</summary>
    public readonly struct One : IRows
    {
        /// <inheritdoc/>
        public static int Count => 1;
    }

    /// <summary>Two.</summary>
    public readonly struct Two : IRows
    {
        /// <inheritdoc/>
        public static int Count => 2;
    }

    /// <summary>Three.</summary>
    public readonly struct Three : IRows
    {
        /// <inheritdoc/>
        public static int Count => 3;
    }

    /// <summary>Four.</summary>
    public readonly struct Four : IRows
    {
        /// <inheritdoc/>
        public static int Count => 4;
    }
}
