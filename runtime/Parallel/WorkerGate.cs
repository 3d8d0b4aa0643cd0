using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Lets a limited number of helpers into one job at a time. A helper that comes after the job has closed just waits for the next,
/// so that the caller never waits for a thread to wake up.
/// </summary>
/// <remarks>
/// One word carries the protocol: helpers inside (bits 0 to 15), helpers still admitted (bits 16 to 31) and the job's number above
/// them, which keeps a slow helper's compare-and-swap from landing in a later job. Waiting threads spin first: back-to-back calls
/// then pay for a cache line's journey, not for a wake-up through the operating system.
/// </remarks>
internal sealed class WorkerGate
{
    private const long InsideMask = 0xFFFF;
    private const int AdmittedShift = 16;
    private const long AdmittedMask = 0xFFFFL << AdmittedShift;
    private const int JobShift = 32;
    private const int SpinsBetweenClockReads = 16;

    private static readonly long SpinTicks = Environment.ProcessorCount == 1 ? 0 : Stopwatch.Frequency / 20_000;

    private readonly SemaphoreSlim wake = new(0);
    private readonly SemaphoreSlim joined = new(0);
    private PaddedState state;
    private int parked;
    private int callerParked;

    /// <summary>Admits up to <paramref name="helpers"/> to a new job. What the job reads must have been written before.</summary>
    public void Open(int helpers)
    {
        long job = (Volatile.Read(ref state.Value) >> JobShift) + 1;
        Interlocked.Exchange(ref state.Value, (job << JobShift) | ((long)helpers << AdmittedShift));
        int woken = ClaimParked(helpers);
        if (woken > 0)
        {
            wake.Release(woken);
        }
    }

    /// <summary>Admits nobody further and returns once everyone inside has left.</summary>
    public void CloseAndJoin()
    {
        if ((Interlocked.And(ref state.Value, ~AdmittedMask) & InsideMask) == 0 || SpinUntil(static gate => gate.IsEmpty))
        {
            return;
        }

        bool interrupted = false;
        while (!IsEmpty)
        {
            Interlocked.Exchange(ref callerParked, 1);
            if (IsEmpty && Interlocked.CompareExchange(ref callerParked, 0, 1) == 1)
            {
                break;
            }

            interrupted |= !TryWait(joined);
        }

        if (interrupted)
        {
            Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Waits for a job that admits this helper.</summary>
    public void Enter()
    {
        while (!TryEnter())
        {
            if (!SpinUntil(static gate => gate.IsOpen))
            {
                Park();
            }
        }
    }

    /// <summary>Leaves the job that <see cref="Enter"/> came into.</summary>
    public void Leave()
    {
        long left = Interlocked.Decrement(ref state.Value);
        if ((left & (InsideMask | AdmittedMask)) == 0 && Interlocked.CompareExchange(ref callerParked, 0, 1) == 1)
        {
            joined.Release();
        }
    }

    private bool IsOpen => (Volatile.Read(ref state.Value) & AdmittedMask) != 0;

    private bool IsEmpty => (Volatile.Read(ref state.Value) & InsideMask) == 0;

    private bool TryEnter()
    {
        long seen = Volatile.Read(ref state.Value);
        while ((seen & AdmittedMask) != 0)
        {
            long found = Interlocked.CompareExchange(ref state.Value, seen - (1L << AdmittedShift) + 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    private void Park()
    {
        Interlocked.Increment(ref parked);

        // A job opened before the increment may have missed this thread; one opened after it sends a permit that must be taken.
        if (IsOpen && ClaimParked(1) == 1)
        {
            return;
        }

        wake.Wait();
    }

    private int ClaimParked(int most)
    {
        int seen = Volatile.Read(ref parked);
        while (seen > 0)
        {
            int claimed = Math.Min(seen, most);
            int found = Interlocked.CompareExchange(ref parked, seen - claimed, seen);
            if (found == seen)
            {
                return claimed;
            }

            seen = found;
        }

        return 0;
    }

    private bool SpinUntil(Func<WorkerGate, bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            for (int spin = 0; spin < SpinsBetweenClockReads; spin++)
            {
                if (condition(this))
                {
                    return true;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetTimestamp() - start < SpinTicks);
        return condition(this);
    }

    /// <summary>False when the thread was interrupted: the job still runs on the caller's memory, so the wait has to go on.</summary>
    private static bool TryWait(SemaphoreSlim semaphore)
    {
        try
        {
            semaphore.Wait();
            return true;
        }
        catch (ThreadInterruptedException)
        {
            return false;
        }
    }

    /// <summary>The word on a cache line of its own, away from what only waiting threads touch.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedState
    {
        [FieldOffset(128)]
        public long Value;
    }
}
