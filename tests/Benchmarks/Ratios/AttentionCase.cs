using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Benchmarks.Peers;
using AttentionGen.Benchmarks.Peers.OnnxRuntime;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>One kernel at one length on one thread, against the ceiling and the peers.</summary>
/// <param name="Section">The table it belongs to.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Length">Positions of queries and keys.</param>
/// <param name="CeilingTarget">The share of the FMA ceiling aimed at, if any.</param>
/// <param name="OnnxTarget">The ratio to ONNX Runtime aimed at, if any.</param>
/// <param name="Tier">The tier that kernel and ceiling run on.</param>
public sealed record AttentionCase(
    string Section, KernelEntry Kernel, int Length, double? CeilingTarget = null, double? OnnxTarget = null, SimdTier Tier = SimdTier.Best)
{
    private const double SlowPeerFlops = 2e8;
    private const double CeilingSeconds = 0.003;

    /// <summary>The row's name.</summary>
    public string Name => $"{Kernel.Name} S={Length}";

    /// <summary>Verifies everyone's output, then measures them in turn.</summary>
    /// <exception cref="InvalidDataException">Somebody's output is wrong: there is nothing to compare.</exception>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        SimdTier tier = SimdTiers.Resolve(Tier);
        var problem = new AttentionProblem(Kernel, Length);
        problem.Verify(threads: 1, tier);
        long iterations = FmaCeiling.IterationsFor(CeilingSeconds);
        using OnnxAttention? onnx = OpenOnnx(settings, problem);
        List<Contender> contenders =
        [
            new("ceiling", FmaCeiling.Flops(tier, iterations), () => FmaCeiling.Run(tier, iterations)),
            new("ours", problem.VisibleFlops, () => problem.RunHeadsFirst(1, tier)),
            new("ours packed", problem.VisibleFlops, () => problem.RunPacked(1, tier)),
            .. SlowPeers(problem),
        ];
        if (onnx is not null)
        {
            contenders.Add(new("onnx", problem.VisibleFlops, onnx.Run));
        }

        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        return Figures(series, onnx is not null);
    }

    private OnnxAttention? OpenOnnx(RatioSettings settings, AttentionProblem problem)
    {
        if (settings.Onnx is null || !OnnxAttention.Supports(Kernel.Mask))
        {
            return null;
        }

        var onnx = new OnnxAttention(settings.Onnx, problem, threads: 1);
        onnx.Verify();
        return onnx;
    }

    private static List<Contender> SlowPeers(AttentionProblem problem)
    {
        var rows = new SampledRows(problem, SlowPeerFlops);
        var scores = new float[problem.Length];
        var plain = new float[problem.Output.Length];
        var tensors = new float[problem.Output.Length];
        PlainLoops.Run(problem, rows.Rows, scores, plain);
        TensorPrimitivesRows.Run(problem, rows.Rows, scores, tensors);
        rows.Verify(problem, plain, "plain C#");
        rows.Verify(problem, tensors, "System.Numerics.Tensors");
        return
        [
            new("plain", rows.Flops, () => PlainLoops.Run(problem, rows.Rows, scores, plain)),
            new("tensors", rows.Flops, () => TensorPrimitivesRows.Run(problem, rows.Rows, scores, tensors)),
        ];
    }

    private IEnumerable<Figure> Figures(Series[] series, bool hasOnnx)
    {
        Series ceiling = series[0], ours = series[1], packed = series[2], plain = series[3], tensors = series[4];
        Target? ceilingTarget = CeilingTarget is { } share ? new Target(share) : null;
        Target? onnxTarget = OnnxTarget is { } ratio ? new Target(ratio) : null;
        yield return Figure("GFLOP/s", FigureUnit.GigaflopsPerSecond, ours.Rate);
        yield return Figure("of FMA ceiling", FigureUnit.Share, ours.Over(ceiling), ceilingTarget);
        yield return Figure("ceiling", FigureUnit.GigaflopsPerSecond, ceiling.Rate);
        yield return Figure("packed GFLOP/s", FigureUnit.GigaflopsPerSecond, packed.Rate);
        yield return Figure("vs plain C#", FigureUnit.Ratio, ours.Over(plain));
        yield return Figure("vs Tensors", FigureUnit.Ratio, ours.Over(tensors));
        if (hasOnnx)
        {
            yield return Figure("ORT GFLOP/s", FigureUnit.GigaflopsPerSecond, series[5].Rate);
            yield return Figure("packed vs ORT", FigureUnit.Ratio, packed.Over(series[5]), onnxTarget);
        }
    }

    private Figure Figure(string metric, FigureUnit unit, Spread value, Target? target = null) =>
        new(Section, Name, metric, unit, value, target);
}
