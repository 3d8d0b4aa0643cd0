using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests;

/// <summary>A call's tensors on a device.</summary>
internal sealed class DeviceCall : IDisposable
{
    private readonly List<(TensorBuffer Host, DeviceFloats Device)> _memory = [];
    private readonly GpuAttentionContext _context;

    public DeviceCall(GpuAttentionContext context, KernelCall call)
    {
        _context = context;
        Query = Upload(call.Query);
        Key = Upload(call.Key);
        Value = Upload(call.Value);
        Output = Upload(call.Output);
        Arguments = new GpuArguments
        {
            LogSumExp = call.LogSumExp is null ? default : Upload(call.LogSumExp),
            LocalFeatures = call.Local is null ? default : Upload(call.Local),
        };
    }

    public DeviceTensorView Query { get; }

    public DeviceTensorView Key { get; }

    public DeviceTensorView Value { get; }

    public DeviceTensorView Output { get; }

    public GpuArguments Arguments { get; }

    /// <summary>Everything back to the host: what a kernel wrote where it should not is seen there too.</summary>
    public void ReadBack()
    {
        foreach ((TensorBuffer host, DeviceFloats device) in _memory)
        {
            device.CopyTo(host.Data);
        }
    }

    public void Dispose()
    {
        foreach ((_, DeviceFloats device) in _memory)
        {
            device.Dispose();
        }
    }

    private DeviceTensorView Upload(TensorBuffer buffer)
    {
        DeviceFloats device = _context.Allocate(buffer.Data.Length);
        device.CopyFrom(buffer.Data);
        _memory.Add((buffer, device));
        return new DeviceTensorView(device, buffer.Offset, buffer.Layout);
    }
}
