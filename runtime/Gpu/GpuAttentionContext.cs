using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace AttentionGen.Gpu;

/// <summary>
/// An opened device: its memory, its streams and the kernels compiled for it. Kernels compile when they are first called. Safe for concurrent use, its streams too.
/// </summary>
public sealed class GpuAttentionContext : IDisposable
{
    private readonly Context context;
    private readonly ConcurrentDictionary<GpuKernel, Action<AcceleratorStream, KernelConfig, GpuAttentionCall>> kernels = new();
    private readonly Lazy<GpuStream> defaultStream;
    private readonly Lazy<Action<AcceleratorStream, KernelConfig, GpuConversionCall>> conversion;

    private GpuAttentionContext(Context context, Device device, int index)
    {
        this.context = context;
        Device = GpuDevice.Of(device, index);
        SharedBytesPerGroup = device.MaxSharedMemoryPerGroup;
        ThreadsPerGroup = device.MaxNumThreadsPerGroup;
        WarpSize = device.WarpSize;
        Capability = device is CudaDevice { Architecture: { } architecture } ? (architecture.Major, architecture.Minor) : default;
        CacheBytes = device is CudaDevice { L2CacheSize: var bytes } ? bytes : 0;
        Accelerator = device.CreateAccelerator(context);
        Rotations = new GpuRotationTables(this);
        defaultStream = new Lazy<GpuStream>(() => new GpuStream(this));
        conversion = new(() => Accelerator.LoadKernel<GpuConversionCall>(GpuConversion.Run, new KernelSpecialization(GpuConversion.Threads, null)));
    }

    /// <summary>The device.</summary>
    public GpuDevice Device { get; }

    /// <summary>The stream of calls that name none.</summary>
    public GpuStream DefaultStream => defaultStream.Value;

    internal Accelerator Accelerator { get; }

    /// <summary>CUDA's compute capability; of other devices (0, 0).</summary>
    internal (int Major, int Minor) Capability { get; }

    internal Action<AcceleratorStream, KernelConfig, GpuConversionCall> Conversion => conversion.Value;

    internal GpuRotationTables Rotations { get; }

    /// <summary>The last cache of a CUDA device; of others 0.</summary>
    internal long CacheBytes { get; }

    internal int SharedBytesPerGroup { get; }

    internal int ThreadsPerGroup { get; }

    internal int WarpSize { get; }

    /// <summary>The devices of this machine.</summary>
    public static IReadOnlyList<GpuDevice> ListDevices()
    {
        using Context context = Open();
        return [.. context.Devices.Select(GpuDevice.Of)];
    }

    /// <summary>Opens the best device: CUDA before OpenCL, then the one with most memory. The processor is taken only when it is named by its index.</summary>
    /// <exception cref="InvalidOperationException">There is no GPU.</exception>
    public static GpuAttentionContext Create()
    {
        GpuDevice? best = ListDevices().Where(static device => device.Kind != GpuDeviceKind.Processor).OrderBy(static device => device.Kind).ThenByDescending(static device => device.MemoryBytes).FirstOrDefault();
        return best is null
            ? throw new InvalidOperationException($"No GPU was found; devices: {string.Join(", ", ListDevices().Select(static device => $"{device.Index} {device.Name}"))}. Pass an index to take one of them.")
            : Create(best.Index);
    }

    /// <summary>Opens a device.</summary>
    /// <param name="index">Its place in <see cref="ListDevices"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public static GpuAttentionContext Create(int index)
    {
        Context context = Open();
        try
        {
            int count = context.Devices.Length;
            return (uint)index < (uint)count
                ? new GpuAttentionContext(context, context.Devices[index], index)
                : throw new ArgumentOutOfRangeException(nameof(index), index, $"Expected 0 to {count - 1}: this machine has {count} devices.");
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Device memory for floats; it holds nothing of meaning until it is written.</summary>
    /// <param name="count">Floats.</param>
    /// <exception cref="GpuOutOfMemoryException">The device has no such memory left.</exception>
    public DeviceFloats Allocate(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new DeviceFloats(this, count);
    }

    /// <summary>Device memory for 16-bit floats; it holds nothing of meaning until it is written.</summary>
    /// <param name="count">Floats.</param>
    /// <param name="precision"><see cref="GpuPrecision.Half"/> or <see cref="GpuPrecision.BFloat16"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision has no 16 bits, or the count is negative.</exception>
    /// <exception cref="GpuOutOfMemoryException">The device has no such memory left.</exception>
    public DeviceFloats16 Allocate16(long count, GpuPrecision precision)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return precision is GpuPrecision.Half or GpuPrecision.BFloat16
            ? new DeviceFloats16(this, count, precision)
            : throw new ArgumentOutOfRangeException(nameof(precision), precision, $"Expected {GpuPrecision.Half} or {GpuPrecision.BFloat16}.");
    }

    /// <summary>A stream: what is called on it happens in order, and beside what is called on other streams.</summary>
    public GpuStream CreateStream() => new(this);

    /// <summary>Waits for everything that was called.</summary>
    public void Synchronize() => Accelerator.Synchronize();

    /// <summary>Closes the device. Memory and streams of it are released too.</summary>
    public void Dispose()
    {
        if (defaultStream.IsValueCreated)
        {
            defaultStream.Value.Dispose();
        }

        Rotations.Dispose();
        Accelerator.Dispose();
        context.Dispose();
    }

    internal MemoryBuffer1D<T, Stride1D.Dense> AllocateBuffer<T>(long count, string purpose)
        where T : unmanaged
    {
        try
        {
            // Devices have no empty allocations.
            return Accelerator.Allocate1D<T>(Math.Max(count, 1));
        }
        catch (Exception failure) when (failure is AcceleratorException or OutOfMemoryException)
        {
            throw new GpuOutOfMemoryException(Math.Max(count, 1) * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), purpose, Device, failure);
        }
    }

    internal Action<AcceleratorStream, KernelConfig, GpuAttentionCall> Load(GpuKernel kernel) =>
        kernels.GetOrAdd(kernel, static (wanted, accelerator) => accelerator.LoadKernel(wanted.Method, new KernelSpecialization(wanted.Threads, null)), Accelerator);

    // The processor plays a device with groups and warps as large as kernels need. Without O2 views are read by generic loads.
    private static Context Open() => Context.Create(static builder => builder.CPU(CPUDeviceKind.Nvidia).OpenCL().Cuda().Optimize(OptimizationLevel.O2).Math(MathMode.Fast32BitOnly).Profiling());
}
