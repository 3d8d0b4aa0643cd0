using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>The selective scan over growing lengths: its share of the FMA ceiling, a time per token that must not grow with them, and what single steps from a state cost.</summary>
public static class ScanCase
{
    private const string Section = "scan, time per token";
    private const double LeastShare = 0.45;
    private const double MostGrowth = 1.1;
    private const double CeilingSeconds = 0.003;
    private static readonly int[] Lengths = [1024, 4096, 16384, 65536];

    /// <summary>Times all lengths in turn, on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, nameof(Mamba256)))
        {
            yield break;
        }

        SimdTier tier = SimdTiers.Best;
        long iterations = FmaCeiling.IterationsFor(CeilingSeconds);
        ScanProblem[] problems = [.. Lengths.Select(static length => new ScanProblem(length))];
        problems[0].Verify(tier);
        using RecurrentState state = Mamba256.NewState(1);
        List<Contender> contenders =
        [
            new("ceiling", FmaCeiling.Flops(tier, iterations), () => FmaCeiling.Run(tier, iterations)),
            .. problems.Select(problem => new Contender($"Mamba256 S={problem.Length}", problem.Flops, () => problem.Run(tier))),
            new($"Mamba256, {Lengths[0]} steps of 1", problems[0].Flops, () => problems[0].RunInSteps(state, tier)),
        ];
        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        double[] shortest = PerToken(series[1], Lengths[0]);
        for (int i = 1; i < series.Length; i++)
        {
            bool isStep = i > Lengths.Length;
            double[] perToken = PerToken(series[i], isStep ? Lengths[0] : Lengths[i - 1]);
            string name = series[i].Contender.Name;
            yield return new(Section, name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[i].Rate);
            yield return new(Section, name, "of FMA ceiling", FigureUnit.Share, series[i].Over(series[0]), isStep ? null : new Target(LeastShare));
            yield return new(Section, name, "per token", FigureUnit.Nanoseconds, Spread.Of([.. perToken.Select(static seconds => seconds * 1e9)]));
            yield return new(Section, name, $"vs S={Lengths[0]}", FigureUnit.Ratio, Spread.Of([.. perToken.Zip(shortest, static (mine, first) => mine / first)]), isStep ? null : new Target(MostGrowth, AtMost: true));
        }
    }

    private static double[] PerToken(Series series, int tokens) => [.. series.Rates.Select(rate => series.Contender.Work / rate / 1e9 / tokens)];
}
