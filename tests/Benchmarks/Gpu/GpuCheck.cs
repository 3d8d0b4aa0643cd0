using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>A GPU kernel held to the CPU's.</summary>
/// <param name="Kernel">The declaration.</param>
/// <param name="Implementation">What ran.</param>
/// <param name="Shape">Sequences and lengths.</param>
/// <param name="Error">The largest difference of an element.</param>
/// <param name="Tolerance">The largest that is allowed.</param>
/// <param name="Failure">What went wrong instead; null: nothing.</param>
public sealed record GpuCheck(string Kernel, string Implementation, string Shape, double Error, double Tolerance, string? Failure = null)
{
    /// <summary>Whether the kernel is sound here.</summary>
    public bool Passed => Failure is null && Error <= Tolerance;

    /// <summary>Checks every wanted kernel at each length.</summary>
    public static IEnumerable<GpuCheck> Run(GpuAttentionContext context, GpuSettings settings)
    {
        foreach (GpuEntry entry in GpuKernelList.All.Where(entry => settings.Wants("correctness", entry.Name)))
        {
            foreach (int length in settings.CheckedLengths)
            {
                settings.Progress($"{entry.Name}, length {length}");
                yield return Check(context, entry, settings.CheckedBatch, length, settings.Seed + length);
            }
        }
    }

    /// <summary>Checks calls over caches: a prompt, more of it, single tokens and a few.</summary>
    public static IEnumerable<GpuCheck> RunCached(GpuAttentionContext context, GpuSettings settings)
    {
        foreach (GpuCacheEntry entry in GpuCacheEntry.All.Where(entry => settings.Wants("correctness", entry.Name)))
        {
            settings.Progress(entry.Name);
            foreach (int length in settings.CheckedPasts)
            {
                int[] pieces = [length, 19, 1, 3, 1];
                yield return Guard(entry.Name, "cache", $"2 x ({string.Join(" + ", pieces)})", entry.Tolerance, () =>
                {
                    using var problem = new GpuDecodeProblem(context, entry, 2, pieces.Sum(), settings.Seed + length);
                    return problem.Compare(pieces);
                });
            }
        }
    }

    /// <summary>Compares, and tells of failures in place of letting them end the program.</summary>
    public static GpuCheck Guard(string kernel, string implementation, string shape, double tolerance, Func<double> compare)
    {
        try
        {
            return new GpuCheck(kernel, implementation, shape, compare(), tolerance);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return new GpuCheck(kernel, implementation, shape, double.PositiveInfinity, tolerance, $"{failure.GetType().Name}: {failure.Message}");
        }
    }

    private static GpuCheck Check(GpuAttentionContext context, GpuEntry entry, int batch, int length, int seed) =>
        Guard(entry.Name, entry.Select(context).Implementation, $"{batch} x {length}", entry.Tolerance, () =>
        {
            using GpuStream stream = context.CreateStream();
            using var problem = new GpuProblem(context, entry, batch, length, seed);
            return problem.Compare(context, stream);
        });
}
