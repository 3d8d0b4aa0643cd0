using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>
/// A checked and pinned product of few rows, bound by reading the weights: every panel comes from memory once, in the order it lies there.
/// Each element sums its products in the order of <see cref="GemmCall"/>, and has the same bits.
/// </summary>
internal unsafe struct GemvCall
{
    /// <summary>Rows up to which this is faster than tiles.</summary>
    public const int MostRows = 8;

    /// <summary>Panels of one work item at least: fewer are too short a stretch to read.</summary>
    private const int LeastItemPanels = 8;

    private const int ItemsPerThread = 4;

    /// <summary><c>[rows, depth]</c>.</summary>
    public float* Input;

    /// <summary>Floats from one input row to the next.</summary>
    public nint InputStride;

    /// <summary>See <see cref="PackedMatrix"/>.</summary>
    public byte* Panels;

    /// <summary>Panels per depth block, a multiple of 4.</summary>
    public int PanelCount;

    /// <summary>Bytes of a panel.</summary>
    public int PanelBytes;

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

    /// <summary>The kernels.</summary>
    public GemvSweeps Sweeps;

    private int itemPanels;

    /// <summary>Cuts the columns into work items, more of them than threads, and runs them.</summary>
    public void Run(int threads)
    {
        int items = threads == 1 ? 1 : Math.Min(threads * ItemsPerThread, PanelCount / LeastItemPanels);
        itemPanels = PanelCount;
        if (items > 1)
        {
            itemPanels = (PanelCount + (items * PackedMatrix.PanelGroup) - 1) / (items * PackedMatrix.PanelGroup) * PackedMatrix.PanelGroup;
        }

        items = (PanelCount + itemPanels - 1) / itemPanels;
        fixed (GemvCall* pinned = &this)
        {
            WorkerPool.Run(&RunItem, pinned, items, (nuint)MostRows * (nuint)itemPanels * PackedMatrix.PanelWidth * sizeof(float), threads);
        }
    }

    private static void RunItem(void* context, int item, byte* workspace)
    {
        var call = (GemvCall*)context;
        int firstPanel = item * call->itemPanels;
        int panels = Math.Min(call->itemPanels, call->PanelCount - firstPanel);
        int firstColumn = firstPanel * PackedMatrix.PanelWidth;
        int width = Math.Min(panels * PackedMatrix.PanelWidth, call->Columns - firstColumn);
        nint stride = (nint)panels * PackedMatrix.PanelWidth;
        float* sums = (float*)workspace;
        if (width <= 0)
        {
            return;
        }

        for (int row = 0; row < call->Rows; row++)
        {
            Span<float> first = new(sums + (row * stride), (int)stride);
            first.Clear();
            if (call->Bias != null)
            {
                new ReadOnlySpan<float>(call->Bias + firstColumn, width).CopyTo(first);
            }
        }

        // At least one pass, so that a product over nothing has the bits of a sum.
        int start = 0;
        do
        {
            byte* panel = call->Panels + ((((nint)(start / PackedMatrix.DepthBlock) * call->PanelCount) + firstPanel) * call->PanelBytes);
            int depth = Math.Min(PackedMatrix.DepthBlock, call->Depth - start);
            for (int n = 0; n < panels; n += PackedMatrix.PanelGroup)
            {
                Add(call, start, depth, panel + ((nint)n * call->PanelBytes), sums + (n * PackedMatrix.PanelWidth), stride);
            }

            start += PackedMatrix.DepthBlock;
        }
        while (start < call->Depth);

        for (int row = 0; row < call->Rows; row++)
        {
            Unsafe.CopyBlockUnaligned(call->Output + (row * call->OutputStride) + firstColumn, sums + (row * stride), (uint)width * sizeof(float));
        }
    }

    /// <summary>Adds one depth block's products to the sums of a group of panels, four rows at a time: the panels come from memory once and then from the caches.</summary>
    private static void Add(GemvCall* call, int start, int depth, byte* panel, float* sums, nint stride)
    {
        for (int row = 0; row < call->Rows; row += GemvSweeps.MostRows)
        {
            int rows = Math.Min(GemvSweeps.MostRows, call->Rows - row);
            call->Sweeps.For(rows)(call->Input + (row * call->InputStride) + start, call->InputStride, panel, depth, sums + (row * stride), stride, PackedMatrix.PanelGroup);
        }
    }
}
