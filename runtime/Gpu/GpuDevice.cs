using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>A device that kernels can run on.</summary>
/// <param name="Index">Its place in <see cref="GpuAttentionContext.ListDevices"/>.</param>
/// <param name="Name">As its driver calls it.</param>
/// <param name="Kind">By which interface it is reached.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Multiprocessors">Its multiprocessors.</param>
public sealed record GpuDevice(int Index, string Name, GpuDeviceKind Kind, long MemoryBytes, int Multiprocessors)
{
    internal static GpuDevice Of(Device device, int index) =>
        new(index, device.Name, device.AcceleratorType switch { AcceleratorType.Cuda => GpuDeviceKind.Cuda, AcceleratorType.OpenCL => GpuDeviceKind.OpenCl, _ => GpuDeviceKind.Processor }, device.MemorySize, device.NumMultiprocessors);
}

/// <summary>The interface by which a device is reached.</summary>
public enum GpuDeviceKind
{
    /// <summary>CUDA.</summary>
    Cuda,

    /// <summary>OpenCL.</summary>
    OpenCl,

    /// <summary>The processor, acting as a GPU; for debugging, since it is slow.</summary>
    Processor,
}
