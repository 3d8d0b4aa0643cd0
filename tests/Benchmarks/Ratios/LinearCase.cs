using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>Attention by feature maps over growing lengths: its share of the FMA ceiling, and a time per token that must not grow with them.</summary>
public static class LinearCase
{
    private const string Section = "linear-types, time per token";
    private const double LeastShare = 0.6;
    private const double MostGrowth = 1.1;
    private const double CeilingSeconds = 0.003;
    private static readonly int[] Lengths = [1024, 4096, 16384, 65536];

    /// <summary>Times all lengths of one kernel in turn, on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings) =>
        LinearEntry.All.Where(kernel => settings.Wants(Section, kernel.Name)).SelectMany(kernel => Measure(kernel, settings));

    private static IEnumerable<Figure> Measure(LinearEntry kernel, RatioSettings settings)
    {
        SimdTier tier = SimdTiers.Best;
        long iterations = FmaCeiling.IterationsFor(CeilingSeconds);
        List<Contender> contenders = [new("ceiling", FmaCeiling.Flops(tier, iterations), () => FmaCeiling.Run(tier, iterations))];
        foreach (int length in Lengths)
        {
            var problem = new LinearProblem(kernel, length);
            if (length == Lengths[0])
            {
                problem.Verify(threads: 1, tier);
            }

            contenders.Add(new($"{kernel.Name} S={length}", kernel.Flops(length), () => problem.Run(1, tier)));
        }

        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        double[] shortest = PerToken(series, 1);
        for (int i = 1; i < series.Length; i++)
        {
            double[] perToken = PerToken(series, i);
            string name = series[i].Contender.Name;
            yield return new(Section, name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[i].Rate);
            yield return new(Section, name, "of FMA ceiling", FigureUnit.Share, series[i].Over(series[0]), new Target(LeastShare));
            yield return new(Section, name, "per token", FigureUnit.Nanoseconds, Spread.Of([.. perToken.Select(seconds => seconds * 1e9)]));
            yield return new(Section, name, $"vs S={Lengths[0]}", FigureUnit.Ratio, Spread.Of([.. perToken.Zip(shortest, (mine, first) => mine / first)]), new Target(MostGrowth, AtMost: true));
        }
    }

    private static double[] PerToken(Series[] series, int index) =>
        [.. series[index].Rates.Select(rate => series[index].Contender.Work / rate / 1e9 / Lengths[index - 1])];
}
