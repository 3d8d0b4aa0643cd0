using System.Runtime.InteropServices;
using AttentionGen.GpuExecutor;

namespace ILGPU.Runtime;

/// <summary>Kinds of devices.</summary>
public enum AcceleratorType
{
    CPU,
    Cuda,
    OpenCL,
}

/// <summary>A failure of a device's driver.</summary>
public abstract class AcceleratorException(string message) : Exception(message);

/// <summary>The executor as a device; <see cref="Memory"/> may be lowered to see what happens when it runs out.</summary>
public class Device
{
    private static readonly AsyncLocal<long?> Lowered = new();

    /// <summary>Bytes of memory. Each test sees what it sets, and others run beside it.</summary>
    public static long Memory
    {
        get => Lowered.Value ?? 1L << 30;
        set => Lowered.Value = value;
    }

    private static readonly AsyncLocal<int> Copied = new();

    /// <summary>Copies to the host so far, of this test.</summary>
    public static int CopiesToHost
    {
        get => Copied.Value;
        set => Copied.Value = value;
    }

    public string Name => "AttentionGen executor";

    public virtual AcceleratorType AcceleratorType => AcceleratorType.CPU;

    public long MemorySize => Memory;

    public int WarpSize => GroupRun.WarpSize;

    public int NumMultiprocessors => 1;

    public int MaxNumThreadsPerGroup => 1024;

    public int MaxSharedMemoryPerGroup => 48 * 1024;

    public Accelerator CreateAccelerator(Context context) => new(this);
}

/// <summary>An opened device.</summary>
public sealed class Accelerator(Device device) : IDisposable
{
    private long _used;

    public string Name => device.Name;

    public AcceleratorType AcceleratorType => device.AcceleratorType;

    public long MemorySize => device.MemorySize;

    public int WarpSize => device.WarpSize;

    public AcceleratorStream DefaultStream { get; } = new();

    public AcceleratorStream CreateStream() => new();

    public unsafe MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged
    {
        long bytes = length * sizeof(T);
        if (_used + bytes > MemorySize)
        {
            throw new DeviceOutOfMemory($"out of memory: {bytes} bytes asked for, {MemorySize - _used} left");
        }

        _used += bytes;
        return new MemoryBuffer1D<T, Stride1D.Dense>(length, () => _used -= bytes);
    }

    public void Synchronize()
    {
    }

    public void Dispose() => DefaultStream.Dispose();

    private sealed class DeviceOutOfMemory(string message) : AcceleratorException(message);
}

/// <summary>An order of launches and copies. They are carried out at once here.</summary>
public sealed class AcceleratorStream : IDisposable
{
    public void Synchronize()
    {
    }

    public ProfilingMarker AddProfilingMarker() => new();

    public void Dispose()
    {
    }
}

/// <summary>A moment of a stream.</summary>
public sealed class ProfilingMarker : IDisposable
{
    private readonly long _timestamp = System.Diagnostics.Stopwatch.GetTimestamp();

    public TimeSpan MeasureFrom(ProfilingMarker marker) => System.Diagnostics.Stopwatch.GetElapsedTime(marker._timestamp, _timestamp);

    public void Dispose()
    {
    }
}

/// <summary>An allocation.</summary>
public abstract class MemoryBuffer : IDisposable
{
    public abstract void Dispose();
}

/// <summary>An allocation of elements.</summary>
public sealed unsafe class MemoryBuffer1D<T, TStride>(long length, Action release) : MemoryBuffer
    where T : unmanaged
{
    private readonly DeviceMemory _memory = new(length * sizeof(T), $"a buffer of {length} {typeof(T).Name}");
    private bool _released;

    public long Length { get; } = length;

    public ArrayView<T> AsContiguous() => _released ? throw new ObjectDisposedException(nameof(MemoryBuffer)) : new(_memory, 0, Length);

    public override void Dispose()
    {
        if (!_released)
        {
            _released = _memory.IsReleased = true;
            release();
        }
    }
}

/// <summary>What a kernel promises about its launches.</summary>
public readonly struct KernelSpecialization(int? maxNumThreadsPerGroup, int? minNumGroupsPerMultiprocessor)
{
    public int? MaxNumThreadsPerGroup { get; } = maxNumThreadsPerGroup;

    public int? MinNumGroupsPerMultiprocessor { get; } = minNumGroupsPerMultiprocessor;
}

/// <summary>Loads kernels.</summary>
public static class KernelLoaders
{
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> action, KernelSpecialization specialization)
        where T1 : struct => (_, config, first) =>
        {
            if (config.GroupDim.X > specialization.MaxNumThreadsPerGroup)
            {
                throw new ArgumentOutOfRangeException(nameof(config), $"Expected at most {specialization.MaxNumThreadsPerGroup} threads, but got {config.GroupDim.X}.");
            }

            DeviceMachine.Launch(config, () => action(first));
        };
}

/// <summary>Copies between host and device, and addresses.</summary>
public static class ArrayViewExtensions
{
    public static nint LoadEffectiveAddressAsPtr<T>(this ArrayView<T> view)
        where T : unmanaged => (nint)view.Address;

    /// <summary>Promises that a view begins at a multiple of so many bytes.</summary>
    public static ArrayView<T> AsAligned<T>(this ArrayView<T> view, int alignmentInBytes)
        where T : unmanaged => view.Aligned(alignmentInBytes);

    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView<T> view, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref cpuData, checked((int)length))).CopyTo(view.HostBytes(writes: true));

    public static void CopyToCPUUnsafeAsync<T>(this ArrayView<T> view, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
    {
        Device.CopiesToHost++;
        view.HostBytes(writes: false).CopyTo(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref cpuData, checked((int)length))));
    }
}
