namespace AttentionGen.GpuExecutor;

/// <summary>
/// Device memory whose address was taken, so that an address of inline PTX leads back to its allocation. Addresses are made up: allocations lie so far apart that
/// none is reached from another by mistake.
/// </summary>
internal static class DeviceAddresses
{
    private const ulong Apart = 1UL << 40;

    private static readonly Lock Busy = new();
    private static readonly List<WeakReference<DeviceMemory>> Taken = [];
    private static ulong _next = Apart;

    /// <summary>The address of a byte.</summary>
    public static ulong Of(DeviceMemory memory, long offset)
    {
        lock (Busy)
        {
            Taken.RemoveAll(static entry => !entry.TryGetTarget(out DeviceMemory? held) || held.IsReleased);
            if (memory.Address == 0)
            {
                memory.Address = _next;
                _next += Apart;
                Taken.Add(new WeakReference<DeviceMemory>(memory));
            }
        }

        return memory.Address + (ulong)offset;
    }

    /// <summary>The allocation that an address is in.</summary>
    /// <exception cref="DeviceFault">It is in none.</exception>
    public static (DeviceMemory Memory, long Offset) Find(ulong address)
    {
        lock (Busy)
        {
            foreach (WeakReference<DeviceMemory> entry in Taken)
            {
                if (entry.TryGetTarget(out DeviceMemory? memory) && !memory.IsReleased && address - memory.Address < (ulong)memory.Bytes)
                {
                    return (memory, (long)(address - memory.Address));
                }
            }
        }

        throw new DeviceFault(FaultKind.OutOfBounds, "an address is in no buffer whose address was taken.");
    }
}
