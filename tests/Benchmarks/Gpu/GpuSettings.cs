namespace AttentionGen.Benchmarks.Gpu;

/// <summary>What is run, and how long.</summary>
/// <param name="Rounds">Timed rounds of each case.</param>
/// <param name="Filter">Only cases whose section or name contains this, ignoring case; null: all.</param>
/// <param name="Seed">Of the random inputs.</param>
/// <param name="CheckedLengths">Lengths of sequences at which kernels are checked.</param>
/// <param name="TimedLengths">Lengths at which they are timed; none: nothing is.</param>
/// <param name="Python">The Python to look for PyTorch in.</param>
/// <param name="Progress">Is told what is being done.</param>
public sealed record GpuSettings(int Rounds, string? Filter, int Seed, int[] CheckedLengths, int[] TimedLengths, string Python, Action<string> Progress)
{
    /// <summary>Sequences of a checked call.</summary>
    public int CheckedBatch { get; init; } = 2;

    /// <summary>Tokens of the prompts with which caches are checked.</summary>
    public int[] CheckedPasts { get; init; } = [1, 300, 1500];

    /// <summary>Whether a case is wanted.</summary>
    public bool Wants(string section, string name) =>
        Filter is null || section.Contains(Filter, StringComparison.OrdinalIgnoreCase) || name.Contains(Filter, StringComparison.OrdinalIgnoreCase);
}
