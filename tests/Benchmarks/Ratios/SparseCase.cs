using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What a visible pair costs where few pairs are visible, against what it costs where all are.</summary>
public static class SparseCase
{
    private const string Section = "sparse, cost of a visible pair";
    private const int Length = 8192;
    private const double MostTimesDense = 1.6;

    /// <summary>Times every sparse type in turn with dense attention of the same length, on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        KernelEntry[] kernels = [.. KernelList.Sparse.Where(kernel => settings.Wants(Section, kernel.Name))];
        if (kernels.Length == 0)
        {
            yield break;
        }

        var dense = new AttentionProblem(KernelList.Standard64, Length);
        List<Contender> contenders = [new("dense", dense.VisibleFlops, () => dense.RunHeadsFirst(1, SimdTier.Best))];
        foreach (KernelEntry kernel in kernels)
        {
            var problem = new AttentionProblem(kernel, Length);
            problem.Verify(threads: 1, SimdTier.Best);
            contenders.Add(new($"{kernel.Name} S={Length}", problem.VisibleFlops, () => problem.RunHeadsFirst(1, SimdTier.Best)));
        }

        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        foreach (Series item in series.Skip(1))
        {
            yield return new(Section, item.Contender.Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, item.Rate);
            yield return new(Section, item.Contender.Name, "time per pair vs dense", FigureUnit.Ratio, series[0].Over(item), new Target(MostTimesDense, AtMost: true));
        }
    }
}
