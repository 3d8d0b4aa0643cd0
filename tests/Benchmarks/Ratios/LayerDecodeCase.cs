using AttentionGen.Benchmarks.Ceiling;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>A decoding step of layers, each four projections and the attention between, against a loop that only reads as many bytes.</summary>
public static class LayerDecodeCase
{
    private const string Section = "layer decode";
    private const int Length = 8192;

    // Several times what the last-level cache holds.
    private const double Memory = 192 << 20;

    /// <summary>All rows.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings) =>
        LayerStack.Kinds.Where(kind => settings.Wants(Section, Name(kind))).SelectMany(kind => Measure(settings, kind));

    private static string Name(LayerKind kind) => $"DModel {DecodeLayer.DModel}, {DecodeLayer.Heads} heads, {DecodeLayer.KvHeads} KV heads, {Length} keys, {kind.Name}";

    private static IEnumerable<Figure> Measure(RatioSettings settings, LayerKind kind)
    {
        using var stack = new LayerStack(kind, Length, Memory);
        using var ceiling = new ReadCeiling((long)stack.Bytes);
        int[] threads = [.. new[] { 1, 2 }.Where(count => count <= Environment.ProcessorCount)];
        Series[] series = Alternation.Measure(
            [
                .. threads.Select(count => new Contender($"layers {count}", stack.Bytes, () => stack.Step(count))),
                .. threads.Select(count => new Contender($"ceiling {count}", ceiling.Bytes, () => ceiling.Run(count))),
            ],
            settings.Rounds);
        for (int n = 0; n < threads.Length; n++)
        {
            string row = $"{Name(kind)}, {threads[n]} thread{(threads[n] == 1 ? "" : "s")}";
            yield return new(Section, row, "ms a layer", FigureUnit.Milliseconds, Spread.Of([.. series[n].Rates.Select(rate => stack.Bytes / stack.Layers / rate / 1e6)]));
            yield return new(Section, row, "GB/s", FigureUnit.GigabytesPerSecond, series[n].Rate);
            yield return new(Section, row, "of read ceiling", FigureUnit.Share, series[n].Over(series[threads.Length + n]));
        }
    }
}
