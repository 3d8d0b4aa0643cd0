using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>A decoding step over a KV cache: bytes read against what the machine reads, heads that share keys, threads, batches.</summary>
public static class DecodeCase
{
    private const string Section = "decode";
    private const int Length = 8192;
    private const int LongLength = 65536;
    private const int BatchSequences = 64;

    // Several times what the last-level cache holds.
    private const long Memory = 192L << 20;

    /// <summary>All rows.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        IEnumerable<Figure> figures = DecodeEntry.Precisions.SelectMany(kernel => OfCeiling(settings, kernel))
            .Concat(Grouped(settings))
            .Concat(OneHead(settings))
            .Concat(Batch(settings));
        foreach (Figure figure in figures)
        {
            yield return figure;
        }
    }

    private static IEnumerable<Figure> OfCeiling(RatioSettings settings, DecodeEntry kernel)
    {
        string name = $"{kernel.Name}, 8 KV heads, {Length} keys";
        if (!settings.Wants(Section, name))
        {
            yield break;
        }

        using var problem = new DecodeProblem(kernel, [Length], Memory);
        using var ceiling = new ReadCeiling((long)problem.Bytes);
        double target = kernel.Shape.Precision switch { KvPrecision.Single => 0.85, KvPrecision.Int8 => 0.65, _ => 0.8 };
        int[] threads = [.. new[] { 1, 2 }.Where(count => count <= Environment.ProcessorCount)];
        Contender[] contenders =
        [
            .. threads.Select(count => new Contender($"decode {count}", problem.Bytes, () => problem.Step(count))),
            .. threads.Select(count => new Contender($"ceiling {count}", ceiling.Bytes, () => ceiling.Run(count))),
        ];
        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        for (int n = 0; n < threads.Length; n++)
        {
            yield return new(Section, $"{name}, {threads[n]} thread{(threads[n] == 1 ? "" : "s")}", "GB/s", FigureUnit.GigaflopsPerSecond, series[n].Rate);
            yield return new(Section, $"{name}, {threads[n]} thread{(threads[n] == 1 ? "" : "s")}", "of read ceiling", FigureUnit.Share, series[n].Over(series[n + threads.Length]), new Target(target));
        }
    }

    private static IEnumerable<Figure> Grouped(RatioSettings settings)
    {
        DecodeEntry kernel = DecodeEntry.Grouped64;
        if (!settings.Wants(Section, kernel.Name))
        {
            yield break;
        }

        using var one = new DecodeProblem(DecodeEntry.Single64, [Length], Memory);
        using var four = new DecodeProblem(kernel, [Length], Memory);
        Series[] series = Alternation.Measure([new("one", one.Bytes, () => one.Step(1)), new("four", four.Bytes, () => four.Step(1))], settings.Rounds);
        yield return new(Section, kernel.Name, "time of one head", FigureUnit.Ratio, series[0].Over(series[1]), new Target(1.25, AtMost: true));
    }

    private static IEnumerable<Figure> OneHead(RatioSettings settings)
    {
        string name = $"{DecodeEntry.OneHead64.Name}, {LongLength} keys";
        if (!settings.Wants(Section, name) || Environment.ProcessorCount < 2)
        {
            yield break;
        }

        using var problem = new DecodeProblem(DecodeEntry.OneHead64, [LongLength], Memory);
        using var ceiling = new ReadCeiling((long)problem.Bytes);
        Series[] series = Alternation.Measure(
            [new("one", problem.Bytes, () => problem.Step(1)), new("two", problem.Bytes, () => problem.Step(2)), new("ceiling one", ceiling.Bytes, () => ceiling.Run(1)), new("ceiling two", ceiling.Bytes, () => ceiling.Run(2))],
            settings.Rounds);
        yield return new(Section, name, "two threads vs one", FigureUnit.Ratio, series[1].Over(series[0]), new Target(1.8));
        yield return new(Section, name, "ceiling's own", FigureUnit.Ratio, series[3].Over(series[2]));
    }

    private static IEnumerable<Figure> Batch(RatioSettings settings)
    {
        string name = $"batch of {BatchSequences} sequences of 16 to 4096 keys, d=64 FP32";
        if (!settings.Wants(Section, name))
        {
            yield break;
        }

        int[] lengths = [.. Enumerable.Range(0, BatchSequences).Select(n => 16 + (n * (4096 - 16) / (BatchSequences - 1)))];
        new Random(7).Shuffle(lengths);
        using var problem = new DecodeProblem(DecodeEntry.Single64, lengths, 0);
        Series[] series = Alternation.Measure(
            [new("one by one", problem.Bytes, () => problem.StepOneByOne(1)), new("together", problem.Bytes, () => problem.Step(1)), new("two", problem.Bytes, () => problem.Step(2))],
            settings.Rounds);
        yield return new(Section, name, "time vs one by one", FigureUnit.Ratio, series[0].Over(series[1]), new Target(1.05, AtMost: true));
        yield return new(Section, name, "two threads vs one", FigureUnit.Ratio, series[2].Over(series[1]), new Target(1.85));
    }
}
