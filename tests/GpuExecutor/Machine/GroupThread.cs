namespace AttentionGen.GpuExecutor;

/// <summary>What a GPU thread is doing.</summary>
internal enum ThreadState
{
    Ready,
    AtBarrier,
    AtShuffle,
    AtPtx,
    Done,
}

/// <summary>One GPU thread: an operating system's thread that runs only while it holds the group's baton.</summary>
internal sealed class GroupThread
{
    private const int StackBytes = 1 << 20;

    [ThreadStatic]
    private static GroupThread? _current;

    // Not a semaphore: those spin before they wait, on the core that the other thread needs.
    private readonly object _baton = new();
    private bool _isHeld;

    public GroupThread(int index)
    {
        Index = index;
        new Thread(Live, StackBytes) { IsBackground = true, Name = $"GPU thread {index}" }.Start();
    }

    /// <summary>The GPU thread that runs on this thread; null on the host.</summary>
    public static GroupThread? Current => _current;

    public int Index { get; }

    public ThreadState State { get; set; }

    /// <summary>Where it waits, as file and line.</summary>
    public string Place { get; set; } = "";

    /// <summary>What it hands to a shuffle or a barrier, as bits.</summary>
    public ulong Given { get; set; }

    /// <summary>The inline PTX that it waits at, and its arguments as bits.</summary>
    public Ptx.PtxProgram? Program { get; set; }

    public ulong[] Arguments { get; set; } = [];

    public Ptx.PtxType[] ArgumentTypes { get; set; } = [];

    /// <summary>Allocations of shared memory so far.</summary>
    public int Allocations { get; set; }

    public GroupRun Group { get; private set; } = null!;

    /// <summary>Readies the thread for a group.</summary>
    public void Enter(GroupRun group)
    {
        Group = group;
        State = ThreadState.Ready;
        Allocations = 0;
    }

    /// <summary>Gives it the baton.</summary>
    public void Resume()
    {
        lock (_baton)
        {
            _isHeld = true;
            Monitor.Pulse(_baton);
        }
    }

    /// <summary>Waits for the baton.</summary>
    public void Wait()
    {
        lock (_baton)
        {
            while (!_isHeld)
            {
                Monitor.Wait(_baton);
            }

            _isHeld = false;
        }
    }

    private void Live()
    {
        _current = this;
        OneCore.Stay();
        while (true)
        {
            Wait();
            Group.RunThread(this);
        }
    }
}
