namespace AttentionGen.Allocation;

/// <summary>
/// Bytes on the managed heap that a call allocates once its workspaces exist. Compiled into every test project that counts them.
/// </summary>
/// <remarks>
/// The runtime's counters move on their own now and then: when another thread's allocations start a collection, the rest of this thread's
/// allocation buffer (up to 8 KiB) can be counted as allocated; timers and the test host allocate in the background. So the least of
/// several stretches counts: what allocates in a call does so in every stretch.
/// </remarks>
internal static class AllocationMeter
{
    private const int Stretches = 20;

    /// <summary>Bytes that the calling thread allocates in <paramref name="calls"/> calls.</summary>
    public static long OfThread(Action call, int calls = 20) => Least(call, calls, GC.GetAllocatedBytesForCurrentThread);

    /// <summary>Bytes that all threads of the process allocate in <paramref name="calls"/> calls; few, so that a stretch is shorter than the test host's timers.</summary>
    public static long OfProcess(Action call, int calls = 3) => Least(call, calls, () => GC.GetTotalAllocatedBytes(precise: true));

    private static long Least(Action call, int calls, Func<long> allocated)
    {
        const int WarmUps = 3;
        for (int n = 0; n < WarmUps; n++)
        {
            call();
        }

        long least = long.MaxValue;
        for (int stretch = 0; stretch < Stretches && least != 0; stretch++)
        {
            long before = allocated();
            for (int n = 0; n < calls; n++)
            {
                call();
            }

            least = Math.Min(least, allocated() - before);
        }

        return least;
    }
}
