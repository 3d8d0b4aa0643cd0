using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>A projection of a few rows, as in decoding: bound by reading its weights, and measured against a loop that only reads as many bytes. One thread.</summary>
/// <param name="Rows">Rows of the input.</param>
/// <param name="Inputs">Columns of the input.</param>
/// <param name="Outputs">Columns of the output.</param>
/// <param name="CeilingTarget">The share of the read ceiling aimed at.</param>
public sealed record GemvCase(int Rows, int Inputs, int Outputs, double? CeilingTarget)
{
    private const string Section = "GEMV";

    private string Name => $"{Rows}x{Inputs}x{Outputs}";

    /// <summary>Verifies sampled elements, then measures in turn with the ceiling.</summary>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, Name))
        {
            yield break;
        }

        using GemvProblem problem = new(Rows, Inputs, Outputs);
        using ReadCeiling ceiling = new(problem.Bytes);
        Series[] series = Alternation.Measure(
            [
                new("ceiling", ceiling.Bytes, () => ceiling.Run(1)),
                new("ours", problem.Bytes, () => problem.Run(1)),
            ],
            settings.Rounds);
        yield return new(Section, Name, "GB/s", FigureUnit.GigabytesPerSecond, series[1].Rate);
        yield return new(Section, Name, "ceiling GB/s", FigureUnit.GigabytesPerSecond, series[0].Rate);
        yield return new(Section, Name, "of read ceiling", FigureUnit.Share, series[1].Over(series[0]), CeilingTarget is { } target ? new Target(target) : null);
    }
}
