namespace AttentionGen.Benchmarks.Ceiling;

/// <summary>The FMA loop on several threads at once: what the machine allows when its cores work together.</summary>
public sealed class FmaTeam : IDisposable
{
    private readonly SimdTier tier;
    private readonly Barrier start;
    private readonly Barrier finish;
    private readonly Thread[] helpers;
    private long iterations;
    private bool stopping;
    private float sink;

    /// <summary>Starts <paramref name="threads"/> - 1 helper threads that wait for <see cref="Run"/>.</summary>
    public FmaTeam(SimdTier tier, int threads)
    {
        this.tier = SimdTiers.Resolve(tier);
        Threads = threads;
        start = new Barrier(threads);
        finish = new Barrier(threads);
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Help) { IsBackground = true, Name = $"FMA ceiling {i + 1}" };
            helpers[i].Start();
        }
    }

    /// <summary>Threads that take part, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>Floating-point operations of one <see cref="Run"/> over all threads.</summary>
    public double Flops(long iterationsPerThread) => FmaCeiling.Flops(tier, iterationsPerThread) * Threads;

    /// <summary>Every thread runs the loop; returns when all have.</summary>
    public void Run(long iterationsPerThread)
    {
        iterations = iterationsPerThread;
        start.SignalAndWait();
        sink += FmaCeiling.Run(tier, iterationsPerThread);
        finish.SignalAndWait();
    }

    /// <summary>Ends the helper threads.</summary>
    public void Dispose()
    {
        stopping = true;
        start.SignalAndWait();
        foreach (Thread helper in helpers)
        {
            helper.Join();
        }

        start.Dispose();
        finish.Dispose();
    }

    private void Help()
    {
        while (true)
        {
            start.SignalAndWait();
            if (stopping)
            {
                return;
            }

            float result = FmaCeiling.Run(tier, iterations);
            GC.KeepAlive(result);
            finish.SignalAndWait();
        }
    }
}
