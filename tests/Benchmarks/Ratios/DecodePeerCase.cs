using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Benchmarks.Peers.OnnxRuntime;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>A decoding step over FP32 keys and values, against ONNX Runtime's GroupQueryAttention on the same ones.</summary>
public static class DecodePeerCase
{
    private const string Section = "decode, ONNX Runtime";
    private const int Length = 8192;

    // Several times what the last-level cache holds.
    private const long Memory = 192L << 20;

    /// <summary>All rows; none without ONNX Runtime.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings) =>
        settings.Onnx is not { } api ? [] : DecodeEntry.AgainstPeers.Where(kernel => settings.Wants(Section, Name(kernel))).SelectMany(kernel => Measure(settings, api, kernel));

    private static string Name(DecodeEntry kernel) => $"{kernel.Name}, 8 KV heads, {Length} keys";

    private static IEnumerable<Figure> Measure(RatioSettings settings, OrtApi api, DecodeEntry kernel)
    {
        using var problem = new DecodeProblem(kernel, [Length], Memory);
        (float[], float[])[] buffers = OnnxDecode.Buffers(problem);
        foreach (int threads in new[] { 1, 2 }.Where(count => count <= Environment.ProcessorCount))
        {
            using var onnx = new OnnxDecode(api, problem, buffers, threads);
            onnx.Verify();
            Series[] series = Alternation.Measure([new("ours", problem.Bytes, () => problem.Step(threads)), new("onnx", problem.Bytes, onnx.Step)], settings.Rounds, Alternation.SpinTime);
            string name = $"{Name(kernel)}, {threads} thread{(threads == 1 ? "" : "s")}";
            yield return new(Section, name, "GB/s", FigureUnit.GigabytesPerSecond, series[0].Rate);
            yield return new(Section, name, "ORT GB/s", FigureUnit.GigabytesPerSecond, series[1].Rate);
            yield return new(Section, name, "vs ORT", FigureUnit.Ratio, series[0].Over(series[1]));
        }
    }
}
