using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>Queues conversions between FP32 and 16 bits.</summary>
internal static class TensorConversion
{
    /// <summary>Rounds the FP32 tensor to the other, or widens the other to it; both have the same sizes, and an even dim.</summary>
    public static void Run(GpuStream stream, ArrayView<float> wide, TensorLayout wideLayout, ArrayView<uint> narrow, TensorLayout narrowLayout, GpuPrecision precision, bool widens)
    {
        GpuConversionCall call = default;
        (call.Wide, call.Narrow) = (wide, narrow);
        (call.WideBatchStride, call.WideHeadStride, call.WideRowStride) = (wideLayout.BatchStride, wideLayout.HeadStride, wideLayout.RowStride);
        (call.NarrowBatchStride, call.NarrowHeadStride, call.NarrowRowStride) = (narrowLayout.BatchStride / 2, narrowLayout.HeadStride / 2, narrowLayout.RowStride / 2);
        (call.Heads, call.Rows, call.Pairs) = (wideLayout.Heads, wideLayout.Length, wideLayout.Dim / 2);
        call.Count = (long)wideLayout.Batch * wideLayout.Heads * wideLayout.Length * call.Pairs;
        (call.IsBrain, call.Widens) = (precision == GpuPrecision.BFloat16 ? 1 : 0, widens ? 1 : 0);
        if (call.Count > 0)
        {
            stream.Context.Conversion(stream.Native, new KernelConfig(checked((int)((call.Count + GpuConversion.Threads - 1) / GpuConversion.Threads)), GpuConversion.Threads), call);
        }
    }
}
