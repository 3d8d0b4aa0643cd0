using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>The projections' GEMM, weights packed beforehand as a layer holds them: <c>[rows, inputs] x [inputs, outputs]</c>, one thread.</summary>
/// <param name="Rows">Rows of the input.</param>
/// <param name="Inputs">Columns of the input.</param>
/// <param name="Outputs">Columns of the output.</param>
/// <param name="CeilingTarget">The share of the FMA ceiling aimed at.</param>
public sealed record GemmCase(int Rows, int Inputs, int Outputs, double CeilingTarget)
{
    private const string Section = "GEMM";

    private string Name => $"{Rows}x{Inputs}x{Outputs}";

    /// <summary>Verifies sampled elements, then measures in turn with the ceiling.</summary>
    /// <exception cref="InvalidDataException">A sampled element is wrong.</exception>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, Name))
        {
            yield break;
        }

        var problem = new GemmProblem(Rows, Inputs, Outputs);
        problem.Verify();
        SimdTier tier = SimdTiers.Best;
        long iterations = FmaCeiling.IterationsFor(0.003);
        Series[] series = Alternation.Measure(
            [
                new("ceiling", FmaCeiling.Flops(tier, iterations), () => FmaCeiling.Run(tier, iterations)),
                new("ours", problem.Flops, () => problem.Run(threads: 1)),
            ],
            settings.Rounds);
        yield return new(Section, Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, series[1].Rate);
        yield return new(Section, Name, "of FMA ceiling", FigureUnit.Share, series[1].Over(series[0]), new Target(CeilingTarget));
    }
}
