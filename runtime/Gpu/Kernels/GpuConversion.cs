using System.ComponentModel;
using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>A tensor in FP32 and in 16 bits, one of which is computed from the other. Strides of the 16-bit one are in pairs of elements.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GpuConversionCall
{
#pragma warning disable CS1591 // As in AttentionCall.
    public ArrayView<float> Wide;
    public ArrayView<uint> Narrow;
    public long WideBatchStride, WideHeadStride, WideRowStride;
    public long NarrowBatchStride, NarrowHeadStride, NarrowRowStride;
    public long Count;
    public int Heads, Rows, Pairs, IsBrain, Widens;
#pragma warning restore CS1591
}

/// <summary>The kernel that rounds a tensor to 16 bits, or widens it: two elements for each thread. Public, since ILGPU's processor device calls kernels from an assembly of its own.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class GpuConversion
{
    internal const int Threads = 128;

    /// <summary>One thread's two elements.</summary>
    public static void Run(GpuConversionCall call)
    {
        long pair = (Grid.IdxX * (long)Threads) + Group.IdxX;
        if (pair >= call.Count)
        {
            return;
        }

        long column = pair % call.Pairs, row = pair / call.Pairs, unit = row / call.Rows;
        row %= call.Rows;
        long batch = unit / call.Heads, head = unit % call.Heads;
        long wide = (batch * call.WideBatchStride) + (head * call.WideHeadStride) + (row * call.WideRowStride) + (2 * column);
        long narrow = (batch * call.NarrowBatchStride) + (head * call.NarrowHeadStride) + (row * call.NarrowRowStride) + column;
        if (call.Widens != 0)
        {
            uint bits = call.Narrow[narrow], low = bits & 0xFFFFu, high = bits >> 16;
            call.Wide[wide] = call.IsBrain != 0 ? GpuSixteen.WidenBrain(low) : GpuSixteen.WidenHalf(low);
            call.Wide[wide + 1] = call.IsBrain != 0 ? GpuSixteen.WidenBrain(high) : GpuSixteen.WidenHalf(high);
        }
        else
        {
            (float even, float odd) = (call.Wide[wide], call.Wide[wide + 1]);
            call.Narrow[narrow] = call.IsBrain != 0 ? GpuSixteen.PackBrain(even, odd) : GpuSixteen.PackHalf(even, odd);
        }
    }
}
