using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Benchmarks.Peers.OnnxRuntime;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>One thread against several, for our kernel, for the FMA loop (what the machine allows) and for ONNX Runtime.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Length">Positions of queries and keys.</param>
/// <param name="Threads">Threads of the second measurement.</param>
/// <param name="Target">The speed-up aimed at.</param>
public sealed record ThreadsCase(KernelEntry Kernel, int Length, int Threads, double? Target)
{
    private const string Section = "threads";

    // Long enough that waking the team's threads does not count.
    private const double CeilingSeconds = 0.01;

    private string Name => $"{Kernel.Name} S={Length}, {Threads} threads";

    /// <summary>Measures all in turn.</summary>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, Name))
        {
            yield break;
        }

        SimdTier tier = SimdTiers.Best;
        var problem = new AttentionProblem(Kernel, Length);
        problem.Verify(Threads, tier);
        using var one = new FmaTeam(tier, 1);
        using var team = new FmaTeam(tier, Threads);
        long iterations = FmaCeiling.IterationsFor(CeilingSeconds);
        Contender[] contenders =
        [
            new("one", problem.VisibleFlops, () => problem.RunPacked(1, tier)),
            new("many", problem.VisibleFlops, () => problem.RunPacked(Threads, tier)),
            new("ceiling one", one.Flops(iterations), () => one.Run(iterations)),
            new("ceiling many", team.Flops(iterations), () => team.Run(iterations)),
        ];
        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        yield return new(Section, Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[1].Rate);
        yield return new(Section, Name, "vs one thread", FigureUnit.Ratio, series[1].Over(series[0]), Target is { } target ? new Target(target) : null);
        yield return new(Section, Name, "ceiling's own", FigureUnit.Ratio, series[3].Over(series[2]));
        yield return new(Section, Name, "of FMA ceiling", FigureUnit.Share, series[1].Over(series[3]));
        if (settings.Onnx is null)
        {
            yield break;
        }

        // Its threads spin for more work after a call: they must not do so beside the others.
        using var onnx = new OnnxAttention(settings.Onnx, problem, Threads);
        onnx.Verify();
        Series[] pair = Alternation.Measure([contenders[1], new("onnx", problem.VisibleFlops, onnx.Run)], settings.Rounds, Alternation.SpinTime);
        yield return new(Section, Name, "ORT GFLOP/s", FigureUnit.GigaflopsPerSecond, pair[1].Rate);
        yield return new(Section, Name, "vs ORT", FigureUnit.Ratio, pair[0].Over(pair[1]));
    }
}
