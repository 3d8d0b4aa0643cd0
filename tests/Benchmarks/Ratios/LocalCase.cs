using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>Local attention over growing lengths: its time per token must not grow with them.</summary>
public static class LocalCase
{
    private const string Section = "local, time per token";
    private static readonly int[] Lengths = [2048, 4096, 8192, 16384, 32768];

    /// <summary>Times all lengths in turn on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        KernelEntry kernel = KernelList.Local64;
        if (!settings.Wants(Section, kernel.Name))
        {
            yield break;
        }

        List<Contender> contenders = [];
        foreach (int length in Lengths)
        {
            var problem = new AttentionProblem(kernel, length);
            problem.Verify(threads: 1, SimdTier.Best);
            contenders.Add(new($"{kernel.Name} S={length}", problem.VisibleFlops, () => problem.RunHeadsFirst(1, SimdTier.Best)));
        }

        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        double[] shortest = PerToken(series, 0);
        for (int i = 0; i < series.Length; i++)
        {
            double[] perToken = PerToken(series, i);
            string name = series[i].Contender.Name;
            yield return new(Section, name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[i].Rate);
            yield return new(Section, name, "per token", FigureUnit.Nanoseconds, Spread.Of([.. perToken.Select(seconds => seconds * 1e9)]));
            yield return new(Section, name, $"vs S={Lengths[0]}", FigureUnit.Ratio, Spread.Of([.. perToken.Zip(shortest, (mine, first) => mine / first)]), new Target(1.1, AtMost: true));
        }
    }

    private static double[] PerToken(Series[] series, int index) =>
        [.. series[index].Rates.Select(rate => series[index].Contender.Work / rate / 1e9 / Lengths[index])];
}
