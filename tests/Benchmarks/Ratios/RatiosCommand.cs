using System.CommandLine;
using AttentionGen.Benchmarks.Peers.OnnxRuntime;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>The <c>ratios</c> command.</summary>
public static class RatiosCommand
{
    private const int FullRounds = 15;
    private const int QuickRounds = 5;
    private const int Failed = 1;
    private const int BadInput = 2;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var onnx = new Option<string?>("--onnxruntime") { Description = "Path of ONNX Runtime's native library, to compare with its MultiHeadAttention and GroupQueryAttention.", HelpName = "PATH" };
        var json = new Option<string?>("--json") { Description = "Also write every figure to this file.", HelpName = "FILE" };
        var filter = new Option<string?>("--filter") { Description = "Only cases whose section or name contains this text.", HelpName = "TEXT" };
        var quick = new Option<bool>("--quick") { Description = $"{QuickRounds} rounds instead of {FullRounds}." };
        var threads = new Option<bool>("--threads") { Description = "Only the cases that compare one thread with several." };
        var command = new Command("ratios", "Measures pairs alternately in one process and prints medians as ratios.") { onnx, json, filter, quick, threads };
        command.SetAction(result => Run(
            result.GetValue(onnx),
            result.GetValue(json),
            result.GetValue(threads) ? "threads" : result.GetValue(filter),
            result.GetValue(quick) ? QuickRounds : FullRounds));
        return command;
    }

    private static int Run(string? onnxPath, string? jsonPath, string? filter, int rounds)
    {
        OrtApi? onnx = null;
        try
        {
            onnx = onnxPath is null ? null : new OrtApi(onnxPath);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            Console.Error.WriteLine($"error: '{onnxPath}' is not a loadable ONNX Runtime library.");
            return BadInput;
        }

        try
        {
            CheckWritable(jsonPath);
            var settings = new RatioSettings(rounds, filter, onnx);
            List<Figure> figures = [.. ShowTable.Measure(settings, Progress)];
            Console.WriteLine($"{Environment.ProcessorCount} processors, widest tier {SimdTiers.Best}, {rounds} rounds, medians (smallest-largest)"
                + (onnx is null ? string.Empty : $", ONNX Runtime {onnx.Version}"));
            Console.WriteLine("GFLOP/s count visible pairs only: 2 (headDim + valueDim) per query, key and head. Plain C# and Tensors compute a spread sample of rows.");
            Console.WriteLine();
            Report.WriteText(Console.Out, figures);
            if (jsonPath is not null)
            {
                Report.WriteJson(jsonPath, figures, rounds, onnx?.Version);
            }

            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return BadInput;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            Console.Error.WriteLine($"error: {exception.Message}");
            return Failed;
        }
    }

    // Minutes of measuring end here, or not at all, when the file cannot be written.
    private static void CheckWritable(string? path)
    {
        if (path is not null)
        {
            using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write);
        }
    }

    private static void Progress(string name)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"measuring {name}");
        }
    }
}
