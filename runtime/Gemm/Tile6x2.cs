using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>The register tile for 16 registers, and for narrow strips: 6 rows x 2 vectors, 12 accumulators, one broadcast per row and two loads per step.</summary>
internal static unsafe class Tile6x2
{
    /// <summary>
    /// <c>output = a * b + addend</c> for 2 vectors of columns and <paramref name="tiles"/> tiles of 6 rows, one below the other.
    /// Each element sums its products in order of depth, so its bits do not depend on the tile it falls in.
    /// </summary>
    /// <param name="a"><c>[tiles, 6, <see cref="PackedMatrix.DepthBlock"/>]</c>.</param>
    /// <param name="b">Panels of the packed matrix, at the first column.</param>
    /// <param name="depth">Products per element, at most <see cref="PackedMatrix.DepthBlock"/>.</param>
    /// <param name="addend">Rows at <paramref name="addendStride"/> (0: the same row for all); may be the output itself.</param>
    /// <param name="addendStride">Floats from one addend row to the next.</param>
    /// <param name="output">Rows at <paramref name="outputStride"/>.</param>
    /// <param name="outputStride">Floats from one output row to the next.</param>
    /// <param name="tiles">Tiles of 6 rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sweep<TVector, TLanes>(float* a, float* b, int depth, float* addend, nint addendStride, float* output, nint outputStride, int tiles)
        where TLanes : ILanes<TVector>
    {
        for (; tiles > 0; tiles--)
        {
            TVector sum00 = TLanes.Zero, sum01 = TLanes.Zero;
            TVector sum10 = TLanes.Zero, sum11 = TLanes.Zero;
            TVector sum20 = TLanes.Zero, sum21 = TLanes.Zero;
            TVector sum30 = TLanes.Zero, sum31 = TLanes.Zero;
            TVector sum40 = TLanes.Zero, sum41 = TLanes.Zero;
            TVector sum50 = TLanes.Zero, sum51 = TLanes.Zero;

            // Output rows stand apart and come back only after all other strips: fetched now, they are there when the sums are.
            CachePrefetch.Tile(addend, addendStride, 6, 2 * TLanes.Count);
            CachePrefetch.Tile(output, outputStride, 6, 2 * TLanes.Count);
            float* left = a;
            float* right = b;
            float* nextTile = a + (6 * PackedMatrix.DepthBlock);
            for (int step = 0; step < depth; step++)
            {
                TVector right0 = TLanes.Load(right);
                TVector right1 = TLanes.Load(right + PackedMatrix.VectorOffset<TVector, TLanes>(1));

                TVector row = TLanes.Broadcast(*left);
                sum00 = TLanes.MultiplyAdd(row, right0, sum00);
                sum01 = TLanes.MultiplyAdd(row, right1, sum01);

                row = TLanes.Broadcast(left[PackedMatrix.DepthBlock]);
                sum10 = TLanes.MultiplyAdd(row, right0, sum10);
                sum11 = TLanes.MultiplyAdd(row, right1, sum11);

                row = TLanes.Broadcast(left[2 * PackedMatrix.DepthBlock]);
                sum20 = TLanes.MultiplyAdd(row, right0, sum20);
                sum21 = TLanes.MultiplyAdd(row, right1, sum21);

                row = TLanes.Broadcast(left[3 * PackedMatrix.DepthBlock]);
                sum30 = TLanes.MultiplyAdd(row, right0, sum30);
                sum31 = TLanes.MultiplyAdd(row, right1, sum31);

                row = TLanes.Broadcast(left[4 * PackedMatrix.DepthBlock]);
                sum40 = TLanes.MultiplyAdd(row, right0, sum40);
                sum41 = TLanes.MultiplyAdd(row, right1, sum41);

                row = TLanes.Broadcast(left[5 * PackedMatrix.DepthBlock]);
                sum50 = TLanes.MultiplyAdd(row, right0, sum50);
                sum51 = TLanes.MultiplyAdd(row, right1, sum51);

                CachePrefetch.Soon((byte*)nextTile);
                nextTile += 6;
                left++;
                right += PackedMatrix.PanelWidth;
            }

            StoreRow<TVector, TLanes>(sum00, sum01, addend, output);
            StoreRow<TVector, TLanes>(sum10, sum11, addend + addendStride, output + outputStride);
            StoreRow<TVector, TLanes>(sum20, sum21, addend + (2 * addendStride), output + (2 * outputStride));
            StoreRow<TVector, TLanes>(sum30, sum31, addend + (3 * addendStride), output + (3 * outputStride));
            StoreRow<TVector, TLanes>(sum40, sum41, addend + (4 * addendStride), output + (4 * outputStride));
            StoreRow<TVector, TLanes>(sum50, sum51, addend + (5 * addendStride), output + (5 * outputStride));
            a += 6 * PackedMatrix.DepthBlock;
            addend += 6 * addendStride;
            output += 6 * outputStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVector, TLanes>(TVector sum0, TVector sum1, float* addend, float* output)
        where TLanes : ILanes<TVector>
    {
        TLanes.Store(TLanes.Add(sum0, TLanes.Load(addend)), output);
        TLanes.Store(TLanes.Add(sum1, TLanes.Load(addend + TLanes.Count)), output + TLanes.Count);
    }
}
