namespace AttentionGen.Gpu;

/// <summary>A device's memory does not hold what was asked for.</summary>
public sealed class GpuOutOfMemoryException : InvalidOperationException
{
    internal GpuOutOfMemoryException(long bytesNeeded, string purpose, GpuDevice device, Exception cause)
        : base($"{device.Name} has no room for {bytesNeeded} bytes ({purpose}); its memory is {device.MemoryBytes} bytes in all. {cause.Message}", cause) =>
        BytesNeeded = bytesNeeded;

    /// <summary>The allocation that failed.</summary>
    public long BytesNeeded { get; }
}
