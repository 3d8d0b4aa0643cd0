using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>What an encoding, a type or a modifier costs, against plain attention over the same pairs.</summary>
/// <param name="Section">What the report calls the group.</param>
/// <param name="Plain">What they are compared with.</param>
/// <param name="Kernels">The group.</param>
/// <param name="MostTimesPlain">Aimed at; null: only shown.</param>
public sealed record VariantCase(string Section, KernelEntry Plain, IReadOnlyList<KernelEntry> Kernels, double? MostTimesPlain = null)
{
    private static readonly int[] Lengths = [512, 2048];

    /// <summary>Every group.</summary>
    public static IReadOnlyList<VariantCase> All { get; } =
    [
        new("encodings, time against plain attention", KernelList.Standard64, VariantKernels.Encodings),
        new("encodings, time against causal attention", KernelList.Causal64, VariantKernels.Causal),
        new("distances, time against plain attention", KernelList.Standard64, VariantKernels.Distances, 1.5),
        new("types, time against plain attention", KernelList.Standard64, VariantKernels.Types),
        new("modifiers, time against plain attention", KernelList.Standard64, VariantKernels.Modifiers),
    ];

    /// <summary>Times every kernel in turn with the plain one of the same length, on one thread.</summary>
    public IEnumerable<Figure> Measure(RatioSettings settings)
    {
        KernelEntry[] kernels = [.. Kernels.Where(kernel => settings.Wants(Section, kernel.Name))];
        foreach (int length in kernels.Length == 0 ? [] : Lengths)
        {
            Contender[] contenders = [.. kernels.Prepend(Plain).Select(kernel => Contend(kernel, length))];
            Series[] series = Alternation.Measure(contenders, settings.Rounds);
            foreach (Series item in series.Skip(1))
            {
                yield return new(Section, item.Contender.Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, item.Rate);
                yield return new(Section, item.Contender.Name, "time vs plain", FigureUnit.Ratio, series[0].Over(item), MostTimesPlain is { } most ? new Target(most, AtMost: true) : null);
            }
        }
    }

    private static Contender Contend(KernelEntry kernel, int length)
    {
        var problem = new AttentionProblem(kernel, length);
        return new($"{kernel.Name} S={length}", problem.VisibleFlops, () => problem.RunHeadsFirst(1, SimdTier.Best));
    }
}
