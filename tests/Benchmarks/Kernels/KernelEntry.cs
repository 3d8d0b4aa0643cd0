namespace AttentionGen.Benchmarks.Kernels;

/// <summary>The strided entry point that every kernel host has.</summary>
public delegate void AttentionForward(ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments);

/// <summary>One declared kernel, as the benchmarks call it.</summary>
/// <param name="Name">The host's class name.</param>
/// <param name="Heads">Query and key/value heads.</param>
/// <param name="HeadDim">Features per head of queries, keys and values.</param>
/// <param name="Mask">Which keys each query sees.</param>
/// <param name="Forward">The generated entry point.</param>
public sealed record KernelEntry(string Name, int Heads, int HeadDim, KeyVisibility Mask, AttentionForward Forward);

/// <summary>The kernels declared in this project.</summary>
public static class KernelList
{
    /// <summary>All keys, head dim 64.</summary>
    public static KernelEntry Standard64 { get; } = Standard(nameof(Kernels.Standard64), 64, Kernels.Standard64.Forward);

    /// <summary>All keys, head dim 128.</summary>
    public static KernelEntry Standard128 { get; } = Standard(nameof(Kernels.Standard128), 128, Kernels.Standard128.Forward);

    /// <summary>Causal, head dim 64.</summary>
    public static KernelEntry Causal64 { get; } = new(nameof(Kernels.Causal64), 8, 64, KeyVisibility.Causal, Kernels.Causal64.Forward);

    /// <summary>Causal, head dim 128.</summary>
    public static KernelEntry Causal128 { get; } = new(nameof(Kernels.Causal128), 8, 128, KeyVisibility.Causal, Kernels.Causal128.Forward);

    /// <summary>Local causal, window 128 (64 keys to the left), head dim 64.</summary>
    public static KernelEntry Local64 { get; } = new(nameof(Kernels.Local64), 8, 64, KeyVisibility.CausalWindow(64), Kernels.Local64.Forward);

    /// <summary>Head dims that fill no whole number of 512-bit registers or panels.</summary>
    public static IReadOnlyList<KernelEntry> OddHeadDims { get; } =
    [
        Standard(nameof(Standard40), 40, Standard40.Forward),
        Standard(nameof(Standard72), 72, Standard72.Forward),
        Standard(nameof(Standard80), 80, Standard80.Forward),
        Standard(nameof(Standard96), 96, Standard96.Forward),
    ];

    /// <summary>Types that visit few of the pairs; their rules are written out anew, as a check on the kernels.</summary>
    public static IReadOnlyList<KernelEntry> Sparse { get; } =
    [
        Sparse64(nameof(Strided64), (i, j, _) => j % 64 == 0 || Math.Abs(i - j) <= 1, Strided64.Forward),
        Sparse64(nameof(KvStrided64), (_, j, _) => j % 4 == 0, KvStrided64.Forward),
        Sparse64(nameof(Block64), (i, j, _) => i / 64 == j / 64, Block64.Forward),
        Sparse64(nameof(LocalGlobal64), (i, j, _) => Math.Abs(i - j) <= 32 || i < 4 || j < 4, LocalGlobal64.Forward),
        Sparse64(nameof(Landmark64), IsLandmark, Landmark64.Forward),
    ];

    /// <summary>Every kernel.</summary>
    public static IReadOnlyList<KernelEntry> All { get; } = [Standard64, Standard128, Causal64, Causal128, Local64, .. OddHeadDims, .. Sparse];

    private static KernelEntry Standard(string name, int headDim, AttentionForward forward) => new(name, 8, headDim, KeyVisibility.All, forward);

    private static KernelEntry Sparse64(string name, Func<int, int, int, bool> rule, AttentionForward forward) => new(name, 8, 64, KeyVisibility.Where(rule), forward);

    private static bool IsLandmark(int query, int key, int length) =>
        key == Math.Round(Math.Round(key * 63.0 / (length - 1)) * (length - 1) / 63.0);
}
