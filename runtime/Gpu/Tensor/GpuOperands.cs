using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>A tensor of a call, in FP32 or in 16 bits.</summary>
/// <param name="Layout">Sizes and strides.</param>
/// <param name="Wide">Its elements in FP32.</param>
/// <param name="Narrow">Its elements in 16 bits, in pairs.</param>
/// <param name="IsNarrow">Which of the two there are.</param>
internal readonly record struct GpuOperand(TensorLayout Layout, ArrayView<float> Wide, ArrayView<uint> Narrow, bool IsNarrow)
{
    public bool IsEmpty => Layout.Count == 0;

    /// <summary>The address of the first element.</summary>
    public long Address => IsEmpty ? 0 : IsNarrow ? Narrow.LoadEffectiveAddressAsPtr() : Wide.LoadEffectiveAddressAsPtr();

    public static GpuOperand Of(DeviceTensorView view) => new(view.Layout, view.Layout.Count == 0 ? default : view.Elements, default, IsNarrow: false);

    public static GpuOperand Of(DeviceTensorView16 view) => new(view.Layout, default, view.Layout.Count == 0 ? default : view.Memory!.Pairs.SubView(view.Offset / 2, view.Layout.End / 2), IsNarrow: true);

    /// <summary>The same sizes, contiguous in a stream's workspace, in FP32.</summary>
    public GpuOperand NewWide(string name, GpuWorkspace workspace) => new(Contiguous, workspace.Reserve<float>(name + " in FP32", Layout.Count), default, IsNarrow: false);

    /// <summary>The same sizes, contiguous in a stream's workspace, in 16 bits.</summary>
    public GpuOperand NewNarrow(string name, GpuWorkspace workspace) => new(Contiguous, default, workspace.Reserve<uint>(name + " in 16 bits", Layout.Count / 2), IsNarrow: true);

    private TensorLayout Contiguous => TensorLayout.HeadsFirst(Layout.Batch, Layout.Heads, Layout.Length, Layout.Dim);
}

/// <summary>The four tensors of a call.</summary>
internal readonly record struct GpuOperands(GpuOperand Query, GpuOperand Key, GpuOperand Value, GpuOperand Output)
{
    public static GpuOperands Of(in GpuTensors tensors) => new(GpuOperand.Of(tensors.Query), GpuOperand.Of(tensors.Key), GpuOperand.Of(tensors.Value), GpuOperand.Of(tensors.Output));
}
