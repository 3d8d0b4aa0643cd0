using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>The register tile for 32 registers: 6 rows x 4 vectors, 24 accumulators, one broadcast per row and four loads per step.</summary>
internal static unsafe class Tile6x4
{
    /// <summary>
    /// <c>output = a * b + addend</c> for 4 vectors of columns and <paramref name="tiles"/> tiles of 6 rows, one below the other.
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
            TVector sum00 = TLanes.Zero, sum01 = TLanes.Zero, sum02 = TLanes.Zero, sum03 = TLanes.Zero;
            TVector sum10 = TLanes.Zero, sum11 = TLanes.Zero, sum12 = TLanes.Zero, sum13 = TLanes.Zero;
            TVector sum20 = TLanes.Zero, sum21 = TLanes.Zero, sum22 = TLanes.Zero, sum23 = TLanes.Zero;
            TVector sum30 = TLanes.Zero, sum31 = TLanes.Zero, sum32 = TLanes.Zero, sum33 = TLanes.Zero;
            TVector sum40 = TLanes.Zero, sum41 = TLanes.Zero, sum42 = TLanes.Zero, sum43 = TLanes.Zero;
            TVector sum50 = TLanes.Zero, sum51 = TLanes.Zero, sum52 = TLanes.Zero, sum53 = TLanes.Zero;

            // Output rows stand apart and come back only after all other strips: fetched now, they are there when the sums are.
            CachePrefetch.Tile(addend, addendStride, 6, 4 * TLanes.Count);
            CachePrefetch.Tile(output, outputStride, 6, 4 * TLanes.Count);
            float* left = a;
            float* right = b;
            float* nextTile = a + (6 * PackedMatrix.DepthBlock);
            for (int step = 0; step < depth; step++)
            {
                TVector right0 = TLanes.Load(right);
                TVector right1 = TLanes.Load(right + PackedMatrix.VectorOffset<TVector, TLanes>(1));
                TVector right2 = TLanes.Load(right + PackedMatrix.VectorOffset<TVector, TLanes>(2));
                TVector right3 = TLanes.Load(right + PackedMatrix.VectorOffset<TVector, TLanes>(3));

                TVector row = TLanes.Broadcast(*left);
                sum00 = TLanes.MultiplyAdd(row, right0, sum00);
                sum01 = TLanes.MultiplyAdd(row, right1, sum01);
                sum02 = TLanes.MultiplyAdd(row, right2, sum02);
                sum03 = TLanes.MultiplyAdd(row, right3, sum03);

                row = TLanes.Broadcast(left[PackedMatrix.DepthBlock]);
                sum10 = TLanes.MultiplyAdd(row, right0, sum10);
                sum11 = TLanes.MultiplyAdd(row, right1, sum11);
                sum12 = TLanes.MultiplyAdd(row, right2, sum12);
                sum13 = TLanes.MultiplyAdd(row, right3, sum13);

                row = TLanes.Broadcast(left[2 * PackedMatrix.DepthBlock]);
                sum20 = TLanes.MultiplyAdd(row, right0, sum20);
                sum21 = TLanes.MultiplyAdd(row, right1, sum21);
                sum22 = TLanes.MultiplyAdd(row, right2, sum22);
                sum23 = TLanes.MultiplyAdd(row, right3, sum23);

                row = TLanes.Broadcast(left[3 * PackedMatrix.DepthBlock]);
                sum30 = TLanes.MultiplyAdd(row, right0, sum30);
                sum31 = TLanes.MultiplyAdd(row, right1, sum31);
                sum32 = TLanes.MultiplyAdd(row, right2, sum32);
                sum33 = TLanes.MultiplyAdd(row, right3, sum33);

                row = TLanes.Broadcast(left[4 * PackedMatrix.DepthBlock]);
                sum40 = TLanes.MultiplyAdd(row, right0, sum40);
                sum41 = TLanes.MultiplyAdd(row, right1, sum41);
                sum42 = TLanes.MultiplyAdd(row, right2, sum42);
                sum43 = TLanes.MultiplyAdd(row, right3, sum43);

                row = TLanes.Broadcast(left[5 * PackedMatrix.DepthBlock]);
                sum50 = TLanes.MultiplyAdd(row, right0, sum50);
                sum51 = TLanes.MultiplyAdd(row, right1, sum51);
                sum52 = TLanes.MultiplyAdd(row, right2, sum52);
                sum53 = TLanes.MultiplyAdd(row, right3, sum53);

                CachePrefetch.Soon((byte*)nextTile);
                nextTile += 6;
                left++;
                right += PackedMatrix.PanelWidth;
            }

            StoreRow<TVector, TLanes>(sum00, sum01, sum02, sum03, addend, output);
            StoreRow<TVector, TLanes>(sum10, sum11, sum12, sum13, addend + addendStride, output + outputStride);
            StoreRow<TVector, TLanes>(sum20, sum21, sum22, sum23, addend + (2 * addendStride), output + (2 * outputStride));
            StoreRow<TVector, TLanes>(sum30, sum31, sum32, sum33, addend + (3 * addendStride), output + (3 * outputStride));
            StoreRow<TVector, TLanes>(sum40, sum41, sum42, sum43, addend + (4 * addendStride), output + (4 * outputStride));
            StoreRow<TVector, TLanes>(sum50, sum51, sum52, sum53, addend + (5 * addendStride), output + (5 * outputStride));
            a += 6 * PackedMatrix.DepthBlock;
            addend += 6 * addendStride;
            output += 6 * outputStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow<TVector, TLanes>(TVector sum0, TVector sum1, TVector sum2, TVector sum3, float* addend, float* output)
        where TLanes : ILanes<TVector>
    {
        TLanes.Store(TLanes.Add(sum0, TLanes.Load(addend)), output);
        TLanes.Store(TLanes.Add(sum1, TLanes.Load(addend + TLanes.Count)), output + TLanes.Count);
        TLanes.Store(TLanes.Add(sum2, TLanes.Load(addend + (2 * TLanes.Count))), output + (2 * TLanes.Count));
        TLanes.Store(TLanes.Add(sum3, TLanes.Load(addend + (3 * TLanes.Count))), output + (3 * TLanes.Count));
    }
}
