using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Runs numbered work items on a fixed set of threads: one fork and one join per call, no allocation per call.
/// Items are claimed in order; the caller works too, and never waits for a helper that has not begun.
/// A call made while the pool is busy, by an item or by another thread, runs on its own thread alone.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class WorkerPool
{
    private const int MostThreads = 1024;

    private static readonly WorkerGate Gate = new();
    private static int busy;
    private static int workersStarted;
    private static Job job;
    private static PaddedCounter next;
    private static ExceptionDispatchInfo? failure;

    [ThreadStatic]
    private static bool insideItem;

    /// <summary>Threads used when a call does not say: one per processor.</summary>
    public static int DefaultThreads { get; } = Environment.ProcessorCount;

    /// <summary>Runs <paramref name="body"/> once for each item in <c>[0, items)</c>.</summary>
    /// <param name="body">Takes the context, the item, and a workspace of the thread's own, 64-byte aligned, contents undefined.</param>
    /// <param name="context">Handed to every item; alive until this returns.</param>
    /// <param name="items">How many items.</param>
    /// <param name="workspaceBytes">Bytes of workspace each thread needs.</param>
    /// <param name="maxThreads">Threads at most, the caller's included; 0 means one per processor.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="items"/> or <paramref name="maxThreads"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The caller's workspace could not be had; no item has run.</exception>
    /// <remarks>The first exception that an item throws is thrown again here, after all threads have stopped; items not yet begun are dropped.</remarks>
    public static void Run(delegate*<void*, int, byte*, void> body, void* context, int items, nuint workspaceBytes, int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        int threads = Math.Min(Math.Min(items, MostThreads), maxThreads == 0 ? DefaultThreads : maxThreads);
        if (insideItem)
        {
            RunNested(body, context, items, workspaceBytes);
        }
        else if (threads <= 1 || Interlocked.CompareExchange(ref busy, 1, 0) != 0)
        {
            RunAlone(body, context, items, ThreadWorkspace.Rent(workspaceBytes));
        }
        else
        {
            try
            {
                RunTogether(body, context, items, workspaceBytes, threads - 1);
            }
            finally
            {
                Volatile.Write(ref busy, 0);
            }
        }
    }

    private static void RunAlone(delegate*<void*, int, byte*, void> body, void* context, int items, byte* workspace)
    {
        insideItem = true;
        try
        {
            for (int item = 0; item < items; item++)
            {
                body(context, item, workspace);
            }
        }
        finally
        {
            insideItem = false;
        }
    }

    /// <summary>The thread's workspace belongs to the item that makes this call, so the inner items get one of their own.</summary>
    private static void RunNested(delegate*<void*, int, byte*, void> body, void* context, int items, nuint workspaceBytes)
    {
        void* workspace = NativeBlock.Allocate(workspaceBytes);
        try
        {
            for (int item = 0; item < items; item++)
            {
                body(context, item, (byte*)workspace);
            }
        }
        finally
        {
            NativeBlock.Free(workspace);
        }
    }

    private static void RunTogether(delegate*<void*, int, byte*, void> body, void* context, int items, nuint workspaceBytes, int helpers)
    {
        byte* workspace = ThreadWorkspace.Rent(workspaceBytes);
        StartWorkers(helpers);
        job = new Job { Body = body, Context = context, Items = items, WorkspaceBytes = workspaceBytes };
        next.Value = 0;
        Gate.Open(helpers);
        Drain(workspace);
        Gate.CloseAndJoin();
        if (failure is { } thrown)
        {
            failure = null;
            thrown.Throw();
        }
    }

    /// <summary>Claims and runs items until none is left. Never throws: what an item throws is kept for the caller.</summary>
    private static void Drain(byte* workspace)
    {
        Job current = job;
        insideItem = true;
        try
        {
            for (long item = Interlocked.Increment(ref next.Value) - 1; item < current.Items; item = Interlocked.Increment(ref next.Value) - 1)
            {
                current.Body(current.Context, (int)item, workspace);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            Interlocked.Exchange(ref next.Value, current.Items);
        }
        finally
        {
            insideItem = false;
        }
    }

    private static void StartWorkers(int wanted)
    {
        for (; workersStarted < wanted; workersStarted++)
        {
            new Thread(Work) { IsBackground = true, Name = $"AttentionGen worker {workersStarted + 1}" }.Start();
        }
    }

    private static void Work()
    {
        while (true)
        {
            Gate.Enter();
            try
            {
                Drain(ThreadWorkspace.Rent(job.WorkspaceBytes));
            }
            catch (OutOfMemoryException)
            {
                // No workspace for this helper: the threads that have theirs do all the items.
            }
            finally
            {
                Gate.Leave();
            }
        }
    }

    private struct Job
    {
        public delegate*<void*, int, byte*, void> Body;
        public void* Context;
        public int Items;
        public nuint WorkspaceBytes;
    }

    /// <summary>The next item's number, on a cache line of its own: every claim writes it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedCounter
    {
        [FieldOffset(128)]
        public long Value;
    }
}
