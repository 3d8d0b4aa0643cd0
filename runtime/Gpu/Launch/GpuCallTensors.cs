using ILGPU;

namespace AttentionGen.Gpu;

/// <summary>The large tensors of a call, which are on the device already.</summary>
internal static class GpuCallTensors
{
    public static void Set(ref GpuAttentionCall call, in GpuTensors tensors, in GpuArguments device, GpuWorkspace workspace)
    {
        ArrayView<float> nothing = workspace.Reserve<float>("nothing", 1);
        TensorLayout query = tensors.Query.Layout, key = tensors.Key.Layout, value = tensors.Value.Layout, output = tensors.Output.Layout, local = device.LocalFeatures.Layout;
        call.Query = Elements(tensors.Query, nothing);
        (call.QueryBatchStride, call.QueryHeadStride, call.QueryRowStride) = (query.BatchStride, query.HeadStride, query.RowStride);
        call.Key = Elements(tensors.Key, nothing);
        (call.KeyBatchStride, call.KeyHeadStride, call.KeyRowStride) = (key.BatchStride, key.HeadStride, key.RowStride);
        call.Value = Elements(tensors.Value, nothing);
        (call.ValueBatchStride, call.ValueHeadStride, call.ValueRowStride) = (value.BatchStride, value.HeadStride, value.RowStride);
        call.Output = Elements(tensors.Output, nothing);
        (call.OutputBatchStride, call.OutputHeadStride, call.OutputRowStride) = (output.BatchStride, output.HeadStride, output.RowStride);
        call.Local = Elements(device.LocalFeatures, nothing);
        (call.LocalBatchStride, call.LocalHeadStride, call.LocalRowStride) = (local.BatchStride, local.HeadStride, local.RowStride);
        call.LogSumExp = Elements(device.LogSumExp, nothing);
        call.HasLogSumExp = device.LogSumExp.Memory is null ? 0 : 1;
        call.HasKeyVectors = HasVectors(tensors.Key);
        call.HasValueVectors = HasVectors(tensors.Value);
        call.QueryLength = query.Length;
        call.KeyLength = key.Length;
    }

    // Allocations are aligned far beyond a vector.
    private static int HasVectors(DeviceTensorView view)
    {
        TensorLayout layout = view.Layout;
        return ((view.Offset | layout.BatchStride | layout.HeadStride | layout.RowStride | (uint)layout.Dim) & 3) == 0 ? 1 : 0;
    }

    private static ArrayView<float> Elements(DeviceTensorView view, ArrayView<float> nothing) =>
        view.Memory is null || view.Layout.Count == 0 ? nothing : view.Elements;
}
