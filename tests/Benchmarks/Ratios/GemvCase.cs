using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>A projection of a few rows, as in decoding: bound by reading its weights, and measured against a loop that only reads as many bytes, on one thread and on two.</summary>
/// <param name="Rows">Rows of the input.</param>
/// <param name="Inputs">Columns of the input.</param>
/// <param name="Outputs">Columns of the output.</param>
/// <param name="Precision">How weights are stored.</param>
/// <param name="CeilingTarget">The share of the read ceiling aimed at.</param>
public sealed record GemvCase(int Rows, int Inputs, int Outputs, WeightPrecision Precision, double? CeilingTarget)
{
    private const string Section = "GEMV";

    private string Name => $"{Rows}x{Inputs}x{Outputs} {Precision}";

    /// <summary>Verifies sampled elements, then measures in turn with the ceiling.</summary>
    /// <exception cref="InvalidDataException">A sampled element is wrong.</exception>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, Name))
        {
            yield break;
        }

        using GemvProblem problem = new(Rows, Inputs, Outputs, Precision);
        problem.Verify();
        using ReadCeiling ceiling = new(problem.Bytes);
        int[] threads = [.. new[] { 1, 2 }.Where(count => count <= Environment.ProcessorCount)];
        Series[] series = Alternation.Measure(
            [
                .. threads.Select(count => new Contender($"ceiling {count}", ceiling.Bytes, () => ceiling.Run(count))),
                .. threads.Select(count => new Contender($"ours {count}", problem.Bytes, () => problem.Run(count))),
            ],
            settings.Rounds);
        for (int n = 0; n < threads.Length; n++)
        {
            (Series limit, Series ours) = (series[n], series[threads.Length + n]);
            string name = $"{Name}, {threads[n]} thread{(threads[n] == 1 ? "" : "s")}";
            yield return new(Section, name, "GB/s", FigureUnit.GigabytesPerSecond, ours.Rate);
            yield return new(Section, name, "ceiling GB/s", FigureUnit.GigabytesPerSecond, limit.Rate);
            yield return new(Section, name, "of read ceiling", FigureUnit.Share, ours.Over(limit), CeilingTarget is { } target ? new Target(target) : null);
        }
    }
}
