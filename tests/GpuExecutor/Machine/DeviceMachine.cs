using ILGPU;

namespace AttentionGen.GpuExecutor;

/// <summary>Runs launches, group after group.</summary>
public static class DeviceMachine
{
    private const int MostThreads = 1024;

    private static readonly Lock Busy = new();
    private static readonly List<GroupThread> Threads = [];
    private static long _interval = 1;

    /// <summary>Where the order of threads begins; the same seed gives the same order.</summary>
    public static int Seed { get; set; }

    /// <summary>Groups run since the process began.</summary>
    public static long GroupsRun { get; private set; }

    internal static void Launch(KernelConfig config, Action kernel)
    {
        int groups = config.GridDim.X, size = config.GroupDim.X;
        if (groups < 1 || size < 1 || size > MostThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(config), $"Expected at least 1 group of 1 to {MostThreads} threads, but got {groups} of {size}.");
        }

        lock (Busy)
        {
            while (Threads.Count < size)
            {
                Threads.Add(new GroupThread(Threads.Count));
            }

            GroupThread[] threads = [.. Threads.Take(size)];
            var order = new Random(Seed);
            long launch = ++_interval;
            for (int group = 0; group < groups; group++)
            {
                var run = new GroupRun(threads, group, groups, launch, _interval, order, kernel, config.SharedMemoryConfig.Bytes);
                try
                {
                    run.Run();
                }
                finally
                {
                    _interval = run.Interval + 1;
                    GroupsRun++;
                }
            }
        }
    }
}
