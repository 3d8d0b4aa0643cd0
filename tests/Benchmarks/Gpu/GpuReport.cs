using System.Globalization;
using System.Text.Json;
using AttentionGen.Benchmarks.Ratios;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>What was checked and measured, as tables and as JSON.</summary>
/// <param name="Built">What the program was built against.</param>
/// <param name="Device">The device.</param>
/// <param name="Seed">Of the random inputs.</param>
/// <param name="Rounds">Timed rounds of each case.</param>
/// <param name="Checks">The kernels against the CPU's.</param>
/// <param name="Torch">PyTorch; null: nothing was timed.</param>
/// <param name="Figures">Times.</param>
public sealed record GpuReport(string Built, GpuDevice Device, int Seed, int Rounds, IReadOnlyList<GpuCheck> Checks, TorchReport? Torch, IReadOnlyList<Figure> Figures)
{
    /// <summary>Whether every kernel agrees with the CPU's.</summary>
    public bool Passed => Checks.All(static check => check.Passed);

    /// <summary>The tables.</summary>
    public void WriteText(TextWriter output)
    {
        output.WriteLine(Built);
        output.WriteLine($"Device {Device.Index}: {Device.Name} ({Device.Kind}), {Device.MemoryBytes >> 20} MiB, {Device.Multiprocessors} multiprocessors; seed {Seed}.");
        output.WriteLine();
        Report.WriteTable(output, [["against the CPU's kernel", "implementation", "sequences x tokens", "largest error", "allowed", ""], .. Checks.Select(Line)]);
        if (Torch is not null)
        {
            output.WriteLine($"{Rounds} rounds, medians (smallest-largest) by the device's events; operations count visible pairs only. PyTorch: {Torch.Version ?? "none"}{(Torch.Device is null ? "" : ", " + Torch.Device)}{(Torch.Note is null ? "" : $" ({Torch.Note})")}.");
            output.WriteLine();
        }

        Report.WriteText(output, Figures);
        output.WriteLine(Passed ? $"All {Checks.Count} checks passed." : $"{Checks.Count(static check => !check.Passed)} of {Checks.Count} checks FAILED.");
        foreach (GpuCheck check in Checks.Where(static check => check.Failure is not null))
        {
            output.WriteLine($"{check.Kernel}, {check.Shape}: {check.Failure}");
        }
    }

    /// <summary>Everything, with the machine.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteJson(string path) => File.WriteAllText(path, JsonSerializer.Serialize(new { machine = Report.Machine, Built, Device, Seed, Rounds, Passed, Checks = Checks.Select(ForJson), Torch = Torch is null ? null : new { Torch.Version, Torch.Device, Torch.Note }, Figures }, Report.Json) + "\n");

    // JSON has no infinity.
    private static object ForJson(GpuCheck check) => new { check.Kernel, check.Implementation, check.Shape, Error = double.IsFinite(check.Error) ? check.Error : (double?)null, check.Tolerance, check.Failure, check.Passed };

    private static string[] Line(GpuCheck check) =>
        [check.Kernel, check.Implementation, check.Shape, check.Error.ToString("0.0e+00", CultureInfo.InvariantCulture), check.Tolerance.ToString("0.0e+00", CultureInfo.InvariantCulture), check.Passed ? "yes" : "NO"];
}
