using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What vectors and biases of distances cost, against plain attention.</summary>
public static class DistanceCase
{
    private const string Section = "distances, time against plain attention";
    private const double MostTimesPlain = 1.5;
    private static readonly int[] Lengths = [512, 2048];

    /// <summary>Times every kind in turn with plain attention of the same length, on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        KernelEntry[] kernels = [.. DistanceKernels.All.Where(kernel => settings.Wants(Section, kernel.Name))];
        foreach (int length in kernels.Length == 0 ? [] : Lengths)
        {
            Contender[] contenders = [.. kernels.Prepend(KernelList.Standard64).Select(kernel => Contend(kernel, length))];
            Series[] series = Alternation.Measure(contenders, settings.Rounds);
            foreach (Series item in series.Skip(1))
            {
                yield return new(Section, item.Contender.Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, item.Rate);
                yield return new(Section, item.Contender.Name, "time vs plain", FigureUnit.Ratio, series[0].Over(item), new Target(MostTimesPlain, AtMost: true));
            }
        }
    }

    private static Contender Contend(KernelEntry kernel, int length)
    {
        var problem = new AttentionProblem(kernel, length);
        return new($"{kernel.Name} S={length}", problem.VisibleFlops, () => problem.RunHeadsFirst(1, SimdTier.Best));
    }
}
