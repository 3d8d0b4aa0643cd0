using AttentionGen.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>The launches of one call of a declaration that multiplies 16-bit elements.</summary>
internal sealed class TensorCall(GpuStream stream, KernelDescription description, GpuPrecision precision)
{
    private GpuAttentionCall _call;

    /// <summary>On tensor cores: what is not in 16 bits yet, or is rotated or normalised first, is brought there by kernels of their own.</summary>
    public void RunOnTensorCores(TensorKernel tensor, GpuKernel simt, GpuOperands operands, in AttentionArguments arguments, in GpuArguments device, GpuGrid grid)
    {
        SetInputs(simt, operands, arguments, device, grid, sizeof(ushort));
        if (tensor.PrepareQuery is not null)
        {
            operands = operands with { Query = Widened(operands.Query, "queries"), Key = Widened(operands.Key, "keys") };
            Place(operands);
            GpuOperand query = Prepare(tensor.Query, operands.Query, "queries", GpuGrid.Of(description, arguments, operands.Query.Layout, tensor.PrepareRows));
            GpuOperand key = Prepare(tensor.Key, operands.Key, "keys", GpuGrid.OfKeys(description, arguments, operands.Key.Layout, tensor.PrepareRows));
            operands = operands with { Query = query, Key = key };
        }
        else
        {
            operands = operands with { Query = Narrowed(operands.Query, "queries"), Key = Narrowed(operands.Key, "keys") };
        }

        operands = operands with { Value = Narrowed(operands.Value, "values") };
        Place(operands);
        (_call.QueryAddress, _call.KeyAddress, _call.ValueAddress, _call.OutputAddress) = (operands.Query.Address, operands.Key.Address, operands.Value.Address, operands.Output.Address);
        _call.OutputIsNarrow = operands.Output.IsNarrow ? 1 : 0;
        _call.Tiles = grid.Tiles;
        stream.Context.Load(tensor.Main)(stream.Native, new KernelConfig(grid.Groups, tensor.Threads, SharedMemoryConfig.RequestDynamic<byte>(tensor.SharedBytes)), _call);
    }

    /// <summary>In FP32: 16-bit inputs are widened, and the output is rounded.</summary>
    public void RunInSingle(GpuKernel simt, GpuOperands operands, in AttentionArguments arguments, in GpuArguments device, GpuGrid grid)
    {
        GpuOperand output = operands.Output;
        operands = new GpuOperands(Widened(operands.Query, "queries"), Widened(operands.Key, "keys"), Widened(operands.Value, "values"), output.NewWide("output", stream.Workspace));
        SetInputs(simt, operands, arguments, device, grid, sizeof(float));
        Place(operands);
        (_call.Value, _call.Output) = (operands.Value.Wide, operands.Output.Wide);
        stream.Context.Load(simt)(stream.Native, new KernelConfig(grid.Groups, simt.Threads), _call);
        Convert(operands.Output, output, widens: false);
    }

    private void SetInputs(GpuKernel simt, in GpuOperands operands, in AttentionArguments arguments, in GpuArguments device, GpuGrid grid, int elementBytes)
    {
        _call = default;
        GpuOrder.Set(ref _call, description, grid, GpuGrid.LongestKeys(arguments, operands.Key.Layout), elementBytes, stream.Context.CacheBytes);
        (_call.QueryLength, _call.KeyLength) = (operands.Query.Layout.Length, operands.Key.Layout.Length);
        ArrayView<float> nothing = stream.Workspace.Reserve<float>("nothing", 1);
        _call.Query = _call.Key = _call.Value = _call.Output = _call.LogSumExp = nothing;
        _call.Prepared = stream.Workspace.Reserve<uint>("nothing prepared", 1);
        SetLocal(device.LocalFeatures, nothing);
        if (device.LogSumExp.Memory is not null && device.LogSumExp.Layout.Count > 0)
        {
            _call.LogSumExp = device.LogSumExp.Elements;
            _call.LogSumExpAddress = _call.LogSumExp.LoadEffectiveAddressAsPtr();
            _call.HasLogSumExp = 1;
        }

        GpuCallInputs.Set(ref _call, description, arguments, simt, operands.Query.Layout, operands.Key.Layout, grid.Groups, stream.Workspace);
        GpuRotation.Set(ref _call, description, arguments, stream);
    }

    private void SetLocal(DeviceTensorView local, ArrayView<float> nothing)
    {
        _call.Local = local.Memory is null || local.Layout.Count == 0 ? nothing : local.Elements;
        (_call.LocalBatchStride, _call.LocalHeadStride, _call.LocalRowStride) = (local.Layout.BatchStride, local.Layout.HeadStride, local.Layout.RowStride);
    }

    private void Place(in GpuOperands operands)
    {
        TensorLayout query = operands.Query.Layout, key = operands.Key.Layout, value = operands.Value.Layout, output = operands.Output.Layout;
        (_call.QueryBatchStride, _call.QueryHeadStride, _call.QueryRowStride) = (query.BatchStride, query.HeadStride, query.RowStride);
        (_call.KeyBatchStride, _call.KeyHeadStride, _call.KeyRowStride) = (key.BatchStride, key.HeadStride, key.RowStride);
        (_call.ValueBatchStride, _call.ValueHeadStride, _call.ValueRowStride) = (value.BatchStride, value.HeadStride, value.RowStride);
        (_call.OutputBatchStride, _call.OutputHeadStride, _call.OutputRowStride) = (output.BatchStride, output.HeadStride, output.RowStride);
        _call.Query = operands.Query.IsNarrow || operands.Query.IsEmpty ? _call.Query : operands.Query.Wide;
        _call.Key = operands.Key.IsNarrow || operands.Key.IsEmpty ? _call.Key : operands.Key.Wide;
    }

    private GpuOperand Prepare(GpuKernel kernel, GpuOperand operand, string name, GpuGrid grid)
    {
        GpuOperand prepared = operand.NewNarrow(name, stream.Workspace);
        if (grid.Groups > 0)
        {
            (_call.Tiles, _call.Prepared) = (grid.Tiles, prepared.Narrow);
            stream.Context.Load(kernel)(stream.Native, new KernelConfig(grid.Groups, kernel.Threads), _call);
        }

        return prepared;
    }

    private GpuOperand Widened(GpuOperand operand, string name)
    {
        if (!operand.IsNarrow)
        {
            return operand;
        }

        GpuOperand wide = operand.NewWide(name, stream.Workspace);
        Convert(wide, operand, widens: true);
        return wide;
    }

    private GpuOperand Narrowed(GpuOperand operand, string name)
    {
        if (operand.IsNarrow)
        {
            return operand;
        }

        GpuOperand narrow = operand.NewNarrow(name, stream.Workspace);
        Convert(operand, narrow, widens: false);
        return narrow;
    }

    private void Convert(GpuOperand wide, GpuOperand narrow, bool widens)
    {
        if (!wide.IsEmpty)
        {
            TensorConversion.Run(stream, wide.Wide, wide.Layout, narrow.Narrow, narrow.Layout, precision, widens);
        }
    }
}
