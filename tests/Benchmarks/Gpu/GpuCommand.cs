using System.CommandLine;
using AttentionGen.Benchmarks.Ratios;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>The <c>gpu</c> command: kernels on a device, first held to those of the CPU, then timed.</summary>
public static class GpuCommand
{
    private const int FullRounds = 50, QuickRounds = 10;
    private const int Failed = 1, BadInput = 2;

#if ILGPU_PRESENT
    private const string Built = "Built against ILGPU.";
    private const bool HasIlgpu = true;
#else
    private const string Built = "Built with IlgpuReference=none: this program contains no ILGPU and reaches no GPU. Kernels run on the tests' executor, for correctness alone; nothing is measured.";
    private const bool HasIlgpu = false;
#endif

    // A processor that plays a GPU takes a thread for each of the GPU's, or one for all: it gets through little.
    private static readonly int[] Lengths = [1, 17, 64, 200, 1000], FewLengths = [5, 35], Timed = [1024, 2048, 4096, 8192, 16384], FewTimed = [1024, 4096, 16384];

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var device = new Option<int?>("--device") { Description = "The device's index (default: the best GPU; the processor, for correctness alone, where there is none).", HelpName = "INDEX" };
        var json = new Option<string?>("--json") { Description = "Also write everything to this file.", HelpName = "FILE" };
        var filter = new Option<string?>("--filter") { Description = "Only cases whose section or name contains this text.", HelpName = "TEXT" };
        var quick = new Option<bool>("--quick") { Description = $"{QuickRounds} rounds instead of {FullRounds}, and fewer lengths." };
        var python = new Option<string>("--python") { Description = "The Python whose PyTorch is timed beside, if it has one.", HelpName = "PATH", DefaultValueFactory = static _ => "python3" };
        var seed = new Option<int?>("--seed") { Description = "Of the random inputs (default: another each time).", HelpName = "NUMBER" };
        var command = new Command("gpu", "Holds every GPU kernel to the CPU's on random inputs, then times them by the device's events, beside PyTorch where there is one.") { device, json, filter, quick, python, seed };
        command.SetAction(result => Run(result.GetValue(device), result.GetValue(json), new GpuSettings(
            result.GetValue(quick) ? QuickRounds : FullRounds,
            result.GetValue(filter),
            result.GetValue(seed) ?? Random.Shared.Next(1 << 24),
            Lengths,
            result.GetValue(quick) ? FewTimed : Timed,
            result.GetRequiredValue(python),
            Progress)));
        return command;
    }

    private static int Run(int? index, string? jsonPath, GpuSettings settings)
    {
        try
        {
            using GpuAttentionContext context = Open(index);
            if (!HasIlgpu || context.Device.Kind == GpuDeviceKind.Processor)
            {
                settings = settings with { CheckedLengths = FewLengths, CheckedBatch = 1, CheckedPasts = [18], TimedLengths = [] };
            }

            string built = !HasIlgpu || settings.TimedLengths.Length > 0 ? Built : Built + " No GPU: the processor plays one, for correctness alone; nothing is measured.";
            GpuReport report = Measure(context, settings, built);
            report.WriteText(Console.Out);
            if (jsonPath is not null)
            {
                report.WriteJson(jsonPath);
            }

            return report.Passed ? 0 : Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return BadInput;
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Failed;
        }
    }

    private static GpuReport Measure(GpuAttentionContext context, GpuSettings settings, string built)
    {
        List<GpuCheck> checks = [.. GpuCheck.Run(context, settings), .. GpuCheck.RunCached(context, settings)];
        List<ForwardCase> forward = [.. ForwardCase.Wanted(settings)];
        List<GpuDecodeCase> decode = settings.TimedLengths.Length == 0 ? [] : [.. GpuDecodeCase.Wanted(settings)];
        if (checks.Count + forward.Count + decode.Count == 0)
        {
            throw new InvalidOperationException($"Nothing has '{settings.Filter}' in its section or name.");
        }

        if (settings.TimedLengths.Length == 0)
        {
            return new GpuReport(built, context.Device, settings.Seed, settings.Rounds, checks, null, []);
        }

        settings.Progress("PyTorch");
        TorchReport torch = TorchPeer.Measure(settings.Python, [.. forward.Select(item => item.ForTorch(settings.Rounds)), .. decode.Select(item => item.ForTorch(settings.Rounds))]);
        List<Figure> figures = [.. forward.SelectMany(item => item.Measure(context, settings, torch.Times)), .. decode.SelectMany(item => item.Measure(context, settings, torch.Times))];
        return new GpuReport(built, context.Device, settings.Seed, settings.Rounds, checks, torch, figures);
    }

    private static GpuAttentionContext Open(int? index)
    {
        IReadOnlyList<GpuDevice> devices = GpuAttentionContext.ListDevices();
        return index is { } wanted ? GpuAttentionContext.Create(wanted)
            : devices.Any(static device => device.Kind != GpuDeviceKind.Processor) ? GpuAttentionContext.Create()
            : GpuAttentionContext.Create(devices.First(static device => device.Kind == GpuDeviceKind.Processor).Index);
    }

    private static void Progress(string name)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"running {name}");
        }
    }
}
