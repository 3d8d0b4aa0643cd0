using ILGPU.Runtime;

namespace AttentionGen.Gpu;

/// <summary>A moment on a stream, as the device's own clock sees it: when everything called before <see cref="GpuStream.Mark"/> was done and nothing after it begun.</summary>
public sealed class GpuMark : IDisposable
{
    private readonly ProfilingMarker marker;

    internal GpuMark(GpuStream stream) => marker = stream.Native.AddProfilingMarker();

    /// <summary>The time that the device took from an earlier mark to this one. Waits until it has come to both.</summary>
    /// <param name="earlier">A mark of the same device.</param>
    public TimeSpan Since(GpuMark earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return marker.MeasureFrom(earlier.marker);
    }

    /// <summary>Releases the device's event.</summary>
    public void Dispose() => marker.Dispose();
}
