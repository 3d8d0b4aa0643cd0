using AttentionGen.Benchmarks.Peers.OnnxRuntime;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>How the ratios are measured.</summary>
/// <param name="Rounds">Alternations per case.</param>
/// <param name="Filter">Only cases whose section or name contains this, ignoring case; null: all.</param>
/// <param name="Onnx">The loaded ONNX Runtime, or null: without it.</param>
public sealed record RatioSettings(int Rounds, string? Filter, OrtApi? Onnx)
{
    /// <summary>Whether a case is wanted.</summary>
    public bool Wants(string section, string name) =>
        Filter is null
        || section.Contains(Filter, StringComparison.OrdinalIgnoreCase)
        || name.Contains(Filter, StringComparison.OrdinalIgnoreCase);
}
