using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// Runs numbered work items on a fixed set of parked threads: one fork and one join per call, no allocation per call.
/// Items are claimed in order; the caller works too. A call made while the pool is busy runs on its own thread alone.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class WorkerPool
{
    private const int SpinIterations = 2000;
    private static readonly Lock Gate = new();
    private static readonly SemaphoreSlim Wake = new(0);
    private static readonly ManualResetEventSlim Done = new(false, SpinIterations);
    private static int workersStarted;
    private static Job job;

    /// <summary>Threads used when a call does not say: one per processor.</summary>
    public static int DefaultThreads { get; } = Environment.ProcessorCount;

    /// <summary>Runs <paramref name="body"/> once for each item in <c>[0, items)</c>.</summary>
    /// <param name="body">Takes the context, the item, and a workspace of the thread's own, 64-byte aligned, contents undefined.</param>
    /// <param name="context">Handed to every item; alive until this returns.</param>
    /// <param name="items">How many items.</param>
    /// <param name="workspaceBytes">Bytes of workspace each thread needs.</param>
    /// <param name="maxThreads">Threads at most, the caller's included; 0 means one per processor.</param>
    /// <exception cref="OutOfMemoryException">A workspace could not be had; no item may have run.</exception>
    public static void Run(delegate*<void*, int, byte*, void> body, void* context, int items, nuint workspaceBytes, int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        int threads = Math.Min(items, maxThreads == 0 ? DefaultThreads : maxThreads);
        if (threads <= 1 || !Gate.TryEnter())
        {
            byte* workspace = ThreadWorkspace.Rent(workspaceBytes);
            for (int item = 0; item < items; item++)
            {
                body(context, item, workspace);
            }

            return;
        }

        try
        {
            RunParallel(body, context, items, workspaceBytes, threads - 1);
        }
        finally
        {
            Gate.Exit();
        }
    }

    private static void RunParallel(delegate*<void*, int, byte*, void> body, void* context, int items, nuint workspaceBytes, int helpers)
    {
        byte* workspace = ThreadWorkspace.Rent(workspaceBytes);
        StartWorkers(helpers);
        job = new Job { Body = body, Context = context, Items = items, WorkspaceBytes = workspaceBytes, Next = 0, Pending = helpers };
        Done.Reset();
        Wake.Release(helpers);
        try
        {
            Drain(workspace);
        }
        finally
        {
            Done.Wait();
        }

        if (job.Failure is { } failure)
        {
            job.Failure = null;
            throw failure;
        }
    }

    private static void Drain(byte* workspace)
    {
        ref Job current = ref job;
        for (int item = Interlocked.Increment(ref current.Next) - 1; item < current.Items; item = Interlocked.Increment(ref current.Next) - 1)
        {
            current.Body(current.Context, item, workspace);
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
            WaitForWork();
            try
            {
                Drain(ThreadWorkspace.Rent(job.WorkspaceBytes));
            }
            catch (OutOfMemoryException failure)
            {
                job.Failure = failure;
            }
            finally
            {
                if (Interlocked.Decrement(ref job.Pending) == 0)
                {
                    Done.Set();
                }
            }
        }
    }

    private static void WaitForWork()
    {
        // Back-to-back calls find the workers still spinning, which saves the wake-up through the kernel.
        SpinWait spinner = default;
        for (int i = 0; i < SpinIterations && !spinner.NextSpinWillYield; i++)
        {
            if (Wake.Wait(0))
            {
                return;
            }

            spinner.SpinOnce(sleep1Threshold: -1);
        }

        Wake.Wait();
    }

    private struct Job
    {
        public delegate*<void*, int, byte*, void> Body;
        public void* Context;
        public int Items;
        public int Next;
        public int Pending;
        public nuint WorkspaceBytes;
        public OutOfMemoryException? Failure;
    }
}
