using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Matrix products against a packed right-hand side: <c>output[rows, columns] = input[rows, depth] * packed[depth, columns] + bias[columns]</c>.</summary>
/// <remarks>
/// The result has the same bits for any number of threads: every element sums its products in order within blocks of
/// 512 along the depth, then adds the blocks in order, starting from the bias. Nothing is allocated on the managed heap.
/// Blocking after Goto and van de Geijn (2008), with the roles turned: a strip of the packed matrix stays in the near caches and rows of the input pass by.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class Gemm
{
    /// <summary>Input rows of one work item at most: one depth block of them takes 264 KiB of L2, as much as their outputs.</summary>
    private const int MostBlockRows = 132;

    /// <summary>Output columns of one work item at most.</summary>
    private const int MostBlockColumns = 512;

    private const int ItemsPerThread = 4;
    private const int LeastBlockRows = 48;

    /// <summary>Multiply-adds below which a second thread is not worth the fork: about a microsecond.</summary>
    private const long LeastSharedWork = 1 << 17;

    /// <summary>Multiplies contiguous rows.</summary>
    /// <param name="input"><c>[rows, packed.Depth]</c>.</param>
    /// <param name="rows">Rows of input and output.</param>
    /// <param name="packed"><c>[depth, columns]</c>.</param>
    /// <param name="bias"><c>[columns]</c>, or empty.</param>
    /// <param name="output"><c>[rows, packed.Columns]</c>; receives the result. Must not overlap the input or the bias.</param>
    /// <param name="maxThreads">Threads at most; 0 means all cores.</param>
    /// <param name="tier">The instruction set.</param>
    /// <exception cref="ArgumentException">A span does not hold what its shape needs, or the output overlaps what is read; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="packed"/> was disposed.</exception>
    public static void Multiply(
        ReadOnlySpan<float> input,
        int rows,
        PackedMatrix packed,
        ReadOnlySpan<float> bias,
        Span<float> output,
        int maxThreads = 0,
        SimdTier tier = SimdTier.Best)
    {
        ArgumentNullException.ThrowIfNull(packed);
        Multiply(input, rows, packed.Depth, packed, bias, output, packed.Columns, maxThreads, tier);
    }

    /// <summary>Multiplies rows that stand at a stride.</summary>
    /// <param name="input"><c>[rows, packed.Depth]</c>, rows <paramref name="inputStride"/> floats apart.</param>
    /// <param name="rows">Rows of input and output.</param>
    /// <param name="inputStride">Floats from one input row to the next.</param>
    /// <param name="packed"><c>[depth, columns]</c>.</param>
    /// <param name="bias"><c>[columns]</c>, or empty.</param>
    /// <param name="output"><c>[rows, packed.Columns]</c>, rows <paramref name="outputStride"/> floats apart; what lies between rows is left alone. Must not overlap the input or the bias.</param>
    /// <param name="outputStride">Floats from one output row to the next.</param>
    /// <param name="maxThreads">Threads at most; 0 means all cores.</param>
    /// <param name="tier">The instruction set.</param>
    /// <exception cref="ArgumentException">A span does not hold what its shape needs, or the output overlaps what is read; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="packed"/> was disposed.</exception>
    public static void Multiply(
        ReadOnlySpan<float> input,
        int rows,
        int inputStride,
        PackedMatrix packed,
        ReadOnlySpan<float> bias,
        Span<float> output,
        int outputStride,
        int maxThreads = 0,
        SimdTier tier = SimdTier.Best)
    {
        ArgumentNullException.ThrowIfNull(packed);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        CheckRows(input.Length, rows, packed.Depth, inputStride, nameof(input), nameof(inputStride));
        CheckRows(output.Length, rows, packed.Columns, outputStride, nameof(output), nameof(outputStride));
        if (!bias.IsEmpty && bias.Length != packed.Columns)
        {
            throw new ArgumentException($"Expected [{packed.Columns}] elements (columns) or none, but the span holds {bias.Length}.", nameof(bias));
        }

        if (output.Overlaps(input) || output.Overlaps(bias))
        {
            throw new ArgumentException("The output overlaps the input or the bias, which it would corrupt; expected separate memory.", nameof(output));
        }

        byte* panels = packed.Data;
        SimdTier resolved = SimdTiers.Resolve(tier);
        if (rows == 0 || packed.Columns == 0)
        {
            return;
        }

        fixed (float* inputData = input, biasData = bias, outputData = &MemoryMarshal.GetReference(output))
        {
            int threads = maxThreads == 0 ? WorkerPool.DefaultThreads : maxThreads;
            if (rows <= GemvCall.MostRows)
            {
                GemvCall few = new()
                {
                    Input = inputData,
                    InputStride = inputStride,
                    Panels = panels,
                    PanelCount = packed.Panels,
                    PanelBytes = packed.Storage.PanelBytes,
                    Bias = biasData,
                    Output = outputData,
                    OutputStride = outputStride,
                    Rows = rows,
                    Columns = packed.Columns,
                    Depth = packed.Depth,
                    Sweeps = GemvSweeps.For(packed.Precision, resolved),
                };
                few.Run((long)rows * packed.Columns < LeastSharedWork / Math.Max(packed.Depth, 1) ? 1 : threads);
            }
            else
            {
                GemmCall call = new()
                {
                    Input = inputData,
                    InputStride = inputStride,
                    Panels = panels,
                    PanelCount = packed.Panels,
                    Storage = packed.Storage,
                    IsSingle = packed.Precision == WeightPrecision.Single,
                    Bias = biasData,
                    Output = outputData,
                    OutputStride = outputStride,
                    Rows = rows,
                    Columns = packed.Columns,
                    Depth = packed.Depth,
                    Tile = GemmTile.For(resolved),
                    LastTile = GemmTile.For(resolved, packed.Columns % GemmTile.For(resolved).Columns),
                };
                Run(ref call, threads);
            }
        }

        GC.KeepAlive(packed);
    }

    /// <summary>Cuts the output into blocks, more of them than threads so that late threads find something to do, and runs them.</summary>
    private static void Run(ref GemmCall call, int threads)
    {
        threads = (long)call.Rows * call.Columns < LeastSharedWork / Math.Max(call.Depth, 1) ? 1 : threads;
        int columnBlocks = DivideUp(call.Columns, MostBlockColumns);
        int rowBlocks = DivideUp(call.Rows, MostBlockRows);
        long wanted = threads == 1 ? 1 : (long)threads * ItemsPerThread;
        if ((long)rowBlocks * columnBlocks < wanted)
        {
            // Rows first: a block of columns makes its thread copy the input rows again.
            rowBlocks = Math.Max(rowBlocks, (int)Math.Min(DivideUp(wanted, columnBlocks), DivideUp(call.Rows, LeastBlockRows)));
            columnBlocks = Math.Max(columnBlocks, (int)Math.Min(DivideUp(wanted, rowBlocks), DivideUp(call.Columns, GemmTile.MostColumns)));
        }

        call.BlockRows = DivideUp(DivideUp(call.Rows, rowBlocks), GemmTile.Rows) * GemmTile.Rows;
        call.RowBlocks = DivideUp(call.Rows, call.BlockRows);
        call.BlockColumns = DivideUp(DivideUp(call.Columns, columnBlocks), GemmTile.MostColumns) * GemmTile.MostColumns;
        int items = checked(call.RowBlocks * DivideUp(call.Columns, call.BlockColumns));
        fixed (GemmCall* pinned = &call)
        {
            WorkerPool.Run(&GemmCall.RunBlock, pinned, items, call.WorkspaceBytes, threads);
        }
    }

    private static int DivideUp(long dividend, int divisor) => (int)((dividend + divisor - 1) / divisor);

    private static void CheckRows(int available, int rows, int width, int stride, string name, string strideName)
    {
        if (stride < width)
        {
            throw new ArgumentOutOfRangeException(strideName, stride, $"Expected at least the {width} elements of one row.");
        }

        long needed = rows == 0 || width == 0 ? 0 : ((rows - 1L) * stride) + width;
        if (available < needed)
        {
            throw new ArgumentException($"Expected [{rows}, {width}] with rows {stride} apart = {needed} elements, but the span holds {available}.", name);
        }
    }
}
