using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>Managed bytes that a call allocates, over all threads of the process.</summary>
public static class AllocationCase
{
    private const string Section = "managed allocation";
    private const int Calls = 200;

    /// <summary>Counts over many calls, on one thread and on all.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        foreach (KernelEntry kernel in KernelList.All.Where(kernel => settings.Wants(Section, kernel.Name)))
        {
            var problem = new AttentionProblem(kernel, 128);
            yield return new(Section, kernel.Name, "per call, one thread", FigureUnit.Bytes, PerCall(problem, 1), new Target(0, AtMost: true));
            yield return new(Section, kernel.Name, "per call, all threads", FigureUnit.Bytes, PerCall(problem, 0), new Target(0, AtMost: true));
        }
    }

    // The smallest of a few counts: the runtime's own background work (tiering, timers) may allocate during one of them.
    private static Spread PerCall(AttentionProblem problem, int threads)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            problem.RunHeadsFirst(threads, SimdTier.Best);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            for (int call = 0; call < Calls; call++)
            {
                problem.RunHeadsFirst(threads, SimdTier.Best);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return Spread.Exactly((double)least / Calls);
    }
}
