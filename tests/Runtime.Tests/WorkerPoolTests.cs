using System.Diagnostics;
using System.Runtime.CompilerServices;
using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public unsafe class WorkerPoolTests
{
    private const int Slots = 200;

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 2)]
    [InlineData(200, 1)]
    [InlineData(200, 0)]
    [InlineData(200, 5)]
    public void RunsEveryItemOnce(int items, int threads)
    {
        int[] hits = new int[Slots];
        fixed (int* pinned = hits)
        {
            WorkerPool.Run(&Count, pinned, items, 100, threads);
        }

        Assert.All(hits[..items], hit => Assert.Equal(1, hit));
        Assert.All(hits[items..], hit => Assert.Equal(0, hit));
    }

    [Fact]
    public void SurvivesManyShortJobsFromSeveralCallersWithPausesInBetween()
    {
        // A lost wake-up or a helper that slips into the wrong job shows as a hang, a miss or a double hit.
        Exception?[] failures = new Exception?[3];
        Thread[] callers = [.. Enumerable.Range(0, failures.Length).Select(index => new Thread(() => failures[index] = Record.Exception(() => Stress(TimeSpan.FromSeconds(1.5)))))];
        Array.ForEach(callers, caller => caller.Start());
        Assert.All(callers, caller => Assert.True(caller.Join(TimeSpan.FromSeconds(60)), "a caller hangs"));
        Assert.All(failures, Assert.Null);
    }

    [Fact]
    public void ANestedCallLeavesTheOuterItemsWorkspaceAlone()
    {
        int[] mistakes = new int[1];
        fixed (int* pinned = mistakes)
        {
            WorkerPool.Run(&FillThenNest, pinned, 16, 256, 4);
            WorkerPool.Run(&FillThenNest, pinned, 16, 256, 1);
        }

        Assert.Equal(0, mistakes[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void AnItemsExceptionReachesTheCallerAndThePoolGoesOn(int threads)
    {
        for (int round = 0; round < 200; round++)
        {
            int[] hits = new int[Slots];
            fixed (int* pinned = hits)
            {
                nint context = (nint)pinned;
                InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => WorkerPool.Run(&ThrowAtSeven, (void*)context, 50, 0, threads));
                Assert.Equal("item 7", thrown.Message);
                Array.Clear(hits);
                WorkerPool.Run(&Count, pinned, 50, 0, threads);
            }

            Assert.All(hits[..50], hit => Assert.Equal(1, hit));
        }
    }

    [Fact]
    public void WorkspacesAreAligned()
    {
        int[] mistakes = new int[1];
        fixed (int* pinned = mistakes)
        {
            WorkerPool.Run(&CheckAlignment, pinned, 64, 12345, 4);
        }

        Assert.Equal(0, mistakes[0]);
    }

    [Fact]
    public void WaitingForASlowHelperAllocatesNothing()
    {
        int[] hits = new int[Slots];
        fixed (int* pinned = hits)
        {
            nint counts = (nint)pinned;
            Assert.Equal(0, AllocationMeter.OfThread(() => WorkerPool.Run(&CountUnevenly, (int*)counts, 2, 0, 2)));
        }
    }

    [Fact]
    public void AnInterruptedCallerStillWaitsForItsHelpers()
    {
        int[] hits = new int[Slots];
        bool interruptArrived = false;
        Thread caller = new(() =>
        {
            fixed (int* pinned = hits)
            {
                WorkerPool.Run(&CountSlowly, pinned, 8, 0, 4);
            }

            interruptArrived = Record.Exception(() => Thread.Sleep(10_000)) is ThreadInterruptedException;
        });
        caller.Start();
        Thread.Sleep(20);
        caller.Interrupt();
        Assert.True(caller.Join(TimeSpan.FromSeconds(30)));
        Assert.True(interruptArrived || hits.Contains(0));
    }

    [Fact]
    public void RefusesNegativeCounts()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maxThreads", () => WorkerPool.Run(&Count, null, 1, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("items", () => WorkerPool.Run(&Count, null, -1, 0, 0));
    }

    private static void Stress(TimeSpan duration)
    {
        Random random = new();
        int[] hits = new int[Slots];
        long start = Stopwatch.GetTimestamp();
        fixed (int* pinned = hits)
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                int items = random.Next(64);
                Array.Clear(hits);
                WorkerPool.Run(&Count, pinned, items, (nuint)random.Next(5000), 1 + random.Next(6));
                for (int i = 0; i < 64; i++)
                {
                    if (hits[i] != (i < items ? 1 : 0))
                    {
                        throw new InvalidOperationException($"Item {i} of {items} ran {hits[i]} times.");
                    }
                }

                if (random.Next(500) == 0)
                {
                    Thread.Sleep(1);
                }
                else if (random.Next(20) == 0)
                {
                    Thread.SpinWait(random.Next(5000));
                }
            }
        }
    }

    private static void Count(void* context, int item, byte* workspace) => Interlocked.Increment(ref ((int*)context)[item]);

    private static void CountSlowly(void* context, int item, byte* workspace) => CountAfter(20, (int*)context + item);

    private static void CountUnevenly(void* context, int item, byte* workspace) => CountAfter(item == 0 ? 1 : 5, (int*)context + item);

    private static void CountAfter(double milliseconds, int* counter)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds)
        {
            Thread.SpinWait(100);
        }

        Interlocked.Increment(ref *counter);
    }

    private static void ThrowAtSeven(void* context, int item, byte* workspace)
    {
        if (item == 7)
        {
            throw new InvalidOperationException("item 7");
        }

        Interlocked.Increment(ref ((int*)context)[item]);
    }

    private static void FillThenNest(void* context, int item, byte* workspace)
    {
        Unsafe.InitBlock(workspace, (byte)item, 256);
        WorkerPool.Run(&Overwrite, null, 5, 1 << 16, 4);
        for (int i = 0; i < 256; i++)
        {
            if (workspace[i] != item)
            {
                Interlocked.Increment(ref *(int*)context);
            }
        }
    }

    private static void Overwrite(void* context, int item, byte* workspace) => Unsafe.InitBlock(workspace, 0xEE, 1 << 16);

    private static void CheckAlignment(void* context, int item, byte* workspace)
    {
        if ((nuint)workspace % 64 != 0)
        {
            Interlocked.Increment(ref *(int*)context);
        }
    }
}
