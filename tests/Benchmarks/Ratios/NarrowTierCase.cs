using System.Text.Json;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>
/// The 256-bit tier against its own ceiling. In this process the just-in-time compiler still has AVX-512's thirty-two registers, so the figure
/// that counts comes from a child process in which AVX-512 is switched off, as on a machine without it.
/// </summary>
public static class NarrowTierCase
{
    /// <summary>The command that the child process is given.</summary>
    public const string Command = "tier-child";

    private const string Section = "256-bit tier";
    private const string ChildSection = "256-bit tier, AVX-512 off";

    /// <summary>Measures here through the tier argument, and in a child process.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!SimdTiers.IsSupported(SimdTier.Vector256))
        {
            yield break;
        }

        foreach (AttentionCase item in Cases(Section, SimdTier.Vector256).Where(item => settings.Wants(item.Section, item.Name)))
        {
            foreach (Figure figure in item.Measure(settings with { Onnx = null }))
            {
                yield return figure;
            }
        }

        if (!Cases(ChildSection, SimdTier.Best).Any(item => settings.Wants(item.Section, item.Name)))
        {
            yield break;
        }

        // The switch was renamed in .NET 10; the older name is harmless there.
        string json = ChildProcess.Run([Command, settings.Rounds.ToString()], ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
        foreach (Figure figure in JsonSerializer.Deserialize<Figure[]>(json, Report.Json)!)
        {
            yield return figure;
        }
    }

    /// <summary>What the child does: the cases on the widest tier left, as JSON on standard output.</summary>
    /// <exception cref="PlatformNotSupportedException">AVX-512 is still on.</exception>
    public static void RunChild(int rounds)
    {
        if (SimdTiers.Best != SimdTier.Vector256)
        {
            throw new PlatformNotSupportedException($"The child process should be limited to 256 bits, but its widest tier is {SimdTiers.Best}.");
        }

        var settings = new RatioSettings(rounds, Filter: null, Onnx: null);
        Figure[] figures = [.. Cases(ChildSection, SimdTier.Best).SelectMany(item => item.Measure(settings))];
        Console.WriteLine(JsonSerializer.Serialize(figures, Report.Json));
    }

    private static AttentionCase[] Cases(string section, SimdTier tier) =>
    [
        new(section, KernelList.Standard64, 512, Tier: tier),
        new(section, KernelList.Standard64, 2048, CeilingTarget: 0.80, Tier: tier),
        new(section, KernelList.Causal64, 2048, Tier: tier),
    ];
}
