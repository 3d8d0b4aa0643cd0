namespace AttentionGen.GpuExecutor;

/// <summary>
/// One group. Its threads run one at a time, each until it meets a barrier or a shuffle, in an order that is drawn anew for every interval:
/// what a kernel may not rely on differs from run to run, and a seed repeats it.
/// </summary>
internal sealed class GroupRun
{
    /// <summary>What a CUDA group has without asking for more.</summary>
    private const int MostSharedBytes = 48 * 1024;

    private readonly GroupThread[] _threads;
    private readonly Random _order;
    private readonly Action _kernel;
    private readonly SemaphoreSlim _finished = new(0);
    private readonly List<DeviceMemory> _shared = [];
    private readonly ulong[] _handed;
    private readonly Ptx.PtxWarp[] _warps;
    private Exception? _fault;

    public GroupRun(GroupThread[] threads, int index, int gridSize, long firstIntervalOfLaunch, long firstInterval, Random order, Action kernel, int dynamicBytes)
    {
        _threads = threads;
        Index = index;
        GridSize = gridSize;
        FirstIntervalOfLaunch = firstIntervalOfLaunch;
        FirstInterval = Interval = firstInterval;
        _order = order;
        _kernel = kernel;
        _handed = new ulong[threads.Length];
        Dynamic = dynamicBytes <= MostSharedBytes
            ? new DeviceMemory(dynamicBytes, "dynamic shared memory")
            : throw new DeviceFault(FaultKind.SharedMemory, $"a launch asks for {dynamicBytes} bytes and has {MostSharedBytes}.");
        _warps = [.. Enumerable.Range(0, (threads.Length + WarpSize - 1) / WarpSize).Select(_ => new Ptx.PtxWarp(this))];
    }

    /// <summary>Lanes of a warp.</summary>
    public const int WarpSize = 32;

    /// <summary>The shared memory that the launch asked for.</summary>
    public DeviceMemory Dynamic { get; }

    public int Index { get; }

    public int GridSize { get; }

    public int Size => _threads.Length;

    public long FirstIntervalOfLaunch { get; }

    public long FirstInterval { get; }

    /// <summary>The number of the current interval between barriers.</summary>
    public long Interval { get; private set; }

    private bool IsAborted => _fault is not null;

    /// <summary>Runs all threads to their ends.</summary>
    /// <exception cref="DeviceFault">The kernel made a mistake.</exception>
    public void Run()
    {
        foreach (GroupThread thread in _threads)
        {
            thread.Enter(this);
        }

        Next()!.Resume();
        _finished.Wait();
        if (_fault is not null)
        {
            throw new InvalidOperationException($"The kernel failed in group {Index} of {GridSize}: {_fault.Message}", _fault);
        }
    }

    /// <summary>The life of one thread, on its own.</summary>
    public void RunThread(GroupThread thread)
    {
        try
        {
            if (!IsAborted)
            {
                _kernel();
            }
        }
        catch (GroupAborted)
        {
        }
        catch (Exception failure)
        {
            _fault ??= failure;
        }

        thread.State = ThreadState.Done;
        GroupThread? next = Next();
        if (next is null)
        {
            _finished.Release();
        }
        else
        {
            next.Resume();
        }
    }

    /// <summary>Waits for all threads of the group; gives what each handed over.</summary>
    public ulong[] Barrier(GroupThread thread, ulong given, string place)
    {
        Suspend(thread, ThreadState.AtBarrier, given, place);
        return _handed;
    }

    /// <summary>Waits for all lanes of the warp; gives what one of them handed over.</summary>
    public ulong Shuffle(GroupThread thread, ulong given, int sourceLane, string place)
    {
        Suspend(thread, ThreadState.AtShuffle, given, place);
        return _handed[(thread.Index / WarpSize * WarpSize) + sourceLane];
    }

    /// <summary>Waits for all lanes of the warp, which then carry out inline PTX together.</summary>
    public void RunPtx(GroupThread thread, Ptx.PtxProgram program, Ptx.PtxType[] types, ulong[] arguments)
    {
        (thread.Program, thread.ArgumentTypes, thread.Arguments) = (program, types, arguments);
        Suspend(thread, ThreadState.AtPtx, 0, program.Text);
    }

    /// <summary>The group's next shared allocation, which every thread asks for in the same order.</summary>
    public DeviceMemory Share(GroupThread thread, long bytes)
    {
        int number = thread.Allocations++;
        if (number == _shared.Count)
        {
            _shared.Add(new DeviceMemory(bytes, $"shared allocation {number}"));
            long all = Dynamic.Bytes + _shared.Sum(static memory => memory.Bytes);
            if (all > MostSharedBytes)
            {
                throw new DeviceFault(FaultKind.SharedMemory, $"a group asks for {all} bytes and has {MostSharedBytes}.");
            }
        }

        return _shared[number].Bytes == bytes
            ? _shared[number]
            : throw new DeviceFault(FaultKind.SharedMemory, $"thread {thread.Index} asks for {bytes} bytes where another asked for {_shared[number].Bytes}.");
    }

    private void Suspend(GroupThread thread, ThreadState state, ulong given, string place)
    {
        (thread.State, thread.Given, thread.Place) = (state, given, place);
        GroupThread next = Next() ?? thread;
        if (next != thread)
        {
            next.Resume();
            thread.Wait();
        }

        if (IsAborted)
        {
            throw new GroupAborted();
        }
    }

    /// <summary>Who runs next, once whoever waited for nothing any more is released; null: all are done.</summary>
    private GroupThread? Next()
    {
        if (IsAborted)
        {
            return _threads.FirstOrDefault(static thread => thread.State != ThreadState.Done);
        }

        GroupThread? ready = PickReady();
        if (ready is not null || _threads.All(static thread => thread.State == ThreadState.Done))
        {
            return ready;
        }

        try
        {
            Release();
        }
        catch (DeviceFault fault)
        {
            _fault = fault;
            return _threads.FirstOrDefault(static thread => thread.State != ThreadState.Done);
        }

        return PickReady();
    }

    private GroupThread? PickReady()
    {
        int start = _order.Next(_threads.Length);
        for (int n = 0; n < _threads.Length; n++)
        {
            GroupThread thread = _threads[(start + n) % _threads.Length];
            if (thread.State == ThreadState.Ready)
            {
                return thread;
            }
        }

        return null;
    }

    // Shuffles first: a warp that meets one can go on while the others wait at a barrier.
    private void Release()
    {
        bool met = false;
        for (int first = 0; first < _threads.Length; first += WarpSize)
        {
            Span<GroupThread> lanes = _threads.AsSpan(first, Math.Min(WarpSize, _threads.Length - first));
            ThreadState state = ThreadState.Ready;
            foreach (GroupThread lane in lanes)
            {
                state = lane.State is ThreadState.AtShuffle or ThreadState.AtPtx ? lane.State : state;
            }

            if (state != ThreadState.Ready)
            {
                Meet(lanes, state, "lanes of a warp");
                met = true;
                if (state == ThreadState.AtPtx)
                {
                    _warps[first / WarpSize].Run(lanes[0].Program!, lanes, lanes[0].ArgumentTypes);
                }
            }
        }

        if (!met)
        {
            Meet(_threads, ThreadState.AtBarrier, "threads of a group");
            Interval++;
        }
    }

    private void Meet(Span<GroupThread> threads, ThreadState state, string who)
    {
        foreach (GroupThread thread in threads)
        {
            if (thread.State != state || thread.Place != threads[0].Place)
            {
                throw new DeviceFault(FaultKind.Divergence, $"{who} do not meet: {Describe(threads[0])}, {Describe(thread)}.");
            }
        }

        foreach (GroupThread thread in threads)
        {
            _handed[thread.Index] = thread.Given;
            thread.State = ThreadState.Ready;
        }
    }

    private static string Describe(GroupThread thread) =>
        $"thread {thread.Index} {(thread.State == ThreadState.Done ? "has returned" : $"is {Where(thread.State)} {thread.Place}")}";

    private static string Where(ThreadState state) => state switch { ThreadState.AtBarrier => "at the barrier in", ThreadState.AtShuffle => "at the shuffle in", _ => "at the inline PTX" };

    private sealed class GroupAborted : Exception;
}
