using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>One checked and pinned product, cut into blocks of rows x columns that are work items of their own.</summary>
internal unsafe struct GemmCall
{
    /// <summary><c>[rows, depth]</c>.</summary>
    public float* Input;

    /// <summary>Floats from one input row to the next.</summary>
    public nint InputStride;

    /// <summary>See <see cref="PackedMatrix"/>.</summary>
    public byte* Panels;

    /// <summary>How a panel lies in memory.</summary>
    public PanelStorage Storage;

    /// <summary>Whether panels are FP32, which tiles read where they are; others are widened first.</summary>
    public bool IsSingle;

    /// <summary>Panels per depth block.</summary>
    public int PanelCount;

    /// <summary><c>[columns]</c>, or null.</summary>
    public float* Bias;

    /// <summary><c>[rows, columns]</c>.</summary>
    public float* Output;

    /// <summary>Floats from one output row to the next.</summary>
    public nint OutputStride;

    /// <summary>Rows of input and output.</summary>
    public int Rows;

    /// <summary>Columns of the output.</summary>
    public int Columns;

    /// <summary>Columns of the input.</summary>
    public int Depth;

    /// <summary>Rows of one work item, a multiple of <see cref="GemmTile.Rows"/>.</summary>
    public int BlockRows;

    /// <summary>Work items from top to bottom.</summary>
    public int RowBlocks;

    /// <summary>Columns of one work item, a multiple of <see cref="GemmTile.MostColumns"/>.</summary>
    public int BlockColumns;

    /// <summary>The register tile.</summary>
    public GemmTile Tile;

    /// <summary>The register tile of the last strip, where fewer columns are left.</summary>
    public GemmTile LastTile;

    /// <summary>The input block <c>[blockRows, 512]</c>, one edge tile, a row of zeros, and a widened strip.</summary>
    public readonly nuint WorkspaceBytes =>
        (((nuint)BlockRows * PackedMatrix.DepthBlock) + ((GemmTile.Rows + 1) * GemmTile.MostColumns) + (IsSingle ? 0u : GemmTile.MostColumns * PackedMatrix.DepthBlock)) * sizeof(float);

    /// <summary>Computes one block of the output.</summary>
    public static void RunBlock(void* context, int item, byte* workspace)
    {
        GemmCall* call = (GemmCall*)context;
        int firstRow = item % call->RowBlocks * call->BlockRows;
        int firstColumn = item / call->RowBlocks * call->BlockColumns;
        int rows = Math.Min(call->BlockRows, call->Rows - firstRow);
        int pastColumn = Math.Min(firstColumn + call->BlockColumns, call->Columns);
        float* block = (float*)workspace;
        float* edge = block + ((nint)call->BlockRows * PackedMatrix.DepthBlock);
        float* zeros = edge + (GemmTile.Rows * GemmTile.MostColumns);
        new Span<float>(zeros, GemmTile.MostColumns).Clear();

        // At least one pass, so that a product over nothing still writes the bias.
        int start = 0;
        do
        {
            int depth = Math.Min(PackedMatrix.DepthBlock, call->Depth - start);
            CopyInput(call, firstRow, rows, start, depth, block);
            for (int column = firstColumn; column < pastColumn; column += call->Tile.Columns)
            {
                GemmTile tile = pastColumn - column < call->Tile.Columns ? call->LastTile : call->Tile;
                float* panel = Panel(call, tile, column, start, depth, zeros + GemmTile.MostColumns);
                RunStrip(call, tile, firstRow, rows, column, start, depth, panel, block, edge, zeros);
            }

            start += PackedMatrix.DepthBlock;
        }
        while (start < call->Depth);
    }

    /// <summary>Copies the block's rows to <c>[tile, 6, 512]</c>, so that the tile reads them at constant offsets; rows past the last are zeros.</summary>
    private static void CopyInput(GemmCall* call, int firstRow, int rows, int start, int depth, float* block)
    {
        float* source = call->Input + (firstRow * call->InputStride) + start;
        for (int row = 0; row < rows; row++)
        {
            Unsafe.CopyBlockUnaligned(block, source, (uint)depth * sizeof(float));
            block += PackedMatrix.DepthBlock;
            source += call->InputStride;
        }

        int padding = (GemmTile.Rows - (rows % GemmTile.Rows)) % GemmTile.Rows;
        new Span<float>(block, padding * PackedMatrix.DepthBlock).Clear();
    }

    /// <summary>A strip's first panel in FP32: where it is, or widened. Strips narrower than a panel follow one another and share what the first of them widened.</summary>
    private static float* Panel(GemmCall* call, GemmTile tile, int column, int start, int depth, float* widened)
    {
        byte* stored = call->Panels + ((((nint)(start / PackedMatrix.DepthBlock) * call->PanelCount) + (column / PackedMatrix.PanelWidth)) * call->Storage.PanelBytes);
        int within = column % PackedMatrix.PanelWidth;
        if (call->IsSingle)
        {
            return (float*)stored + within;
        }

        for (int panel = 0; within == 0 && panel * PackedMatrix.PanelWidth < tile.Columns; panel++)
        {
            call->Storage.Widen(stored + ((nint)panel * call->Storage.PanelBytes), depth, widened + (panel * PackedMatrix.PanelFloats));
        }

        return widened + within;
    }

    /// <summary>Adds one depth block's products to a strip of the output, one tile wide and the block's rows high.</summary>
    private static void RunStrip(GemmCall* call, GemmTile tile, int firstRow, int rows, int column, int start, int depth, float* panel, float* block, float* edge, float* zeros)
    {
        float* output = call->Output + (firstRow * call->OutputStride) + column;
        float* first = call->Bias == null ? zeros : call->Bias + column;
        int width = Math.Min(tile.Columns, call->Columns - column);
        int wholeTiles = width == tile.Columns ? rows / GemmTile.Rows : 0;
        if (start == 0)
        {
            tile.Sweep(block, panel, depth, first, 0, output, call->OutputStride, wholeTiles);
        }
        else
        {
            tile.Sweep(block, panel, depth, output, call->OutputStride, output, call->OutputStride, wholeTiles);
        }

        for (int row = wholeTiles * GemmTile.Rows; row < rows; row += GemmTile.Rows)
        {
            float* corner = output + (row * call->OutputStride);
            int height = Math.Min(GemmTile.Rows, rows - row);
            float* addend = start == 0 ? first : corner;
            CopyTile(addend, start == 0 ? 0 : call->OutputStride, edge, GemmTile.MostColumns, height, width);
            tile.Sweep(block + ((nint)row * PackedMatrix.DepthBlock), panel, depth, edge, GemmTile.MostColumns, edge, GemmTile.MostColumns, 1);
            CopyTile(edge, GemmTile.MostColumns, corner, call->OutputStride, height, width);
        }
    }

    private static void CopyTile(float* source, nint sourceStride, float* destination, nint destinationStride, int height, int width)
    {
        for (int row = 0; row < height; row++)
        {
            Unsafe.CopyBlockUnaligned(destination + (row * destinationStride), source + (row * sourceStride), (uint)width * sizeof(float));
        }
    }
}
