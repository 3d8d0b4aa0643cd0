using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>A call that PyTorch times: scaled_dot_product_attention of tensors [batch, heads, length, dim].</summary>
public sealed record TorchCase(string Name, int Batch, int Heads, int KvHeads, int QueryLength, int KeyLength, int Dim, bool Causal, string[] Types, int Rounds);

/// <summary>The times of one case in one type.</summary>
public sealed record TorchTime(string Name, string Type, double[] Milliseconds);

/// <summary>What PyTorch measured.</summary>
/// <param name="Version">Its version; null: it was not found.</param>
/// <param name="Device">The device it ran on.</param>
/// <param name="Note">Why there is nothing, or what could not run.</param>
/// <param name="Times">The times.</param>
public sealed record TorchReport(string? Version, string? Device, string? Note, TorchTime[] Times);

/// <summary>PyTorch's attention on the same device, in a process of its own.</summary>
public static class TorchPeer
{
    private const string Script = "sdpa.py";

    /// <summary>Runs the cases with a Python.</summary>
    public static TorchReport Measure(string python, IReadOnlyList<TorchCase> cases)
    {
        string script = Path.Combine(Path.GetTempPath(), $"attentiongen-{Guid.NewGuid():N}-{Script}");
        try
        {
            using (Stream source = Assembly.GetExecutingAssembly().GetManifestResourceStream(Script)!)
            using (FileStream target = File.Create(script))
            {
                source.CopyTo(target);
            }

            return Run(python, script, cases);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or JsonException)
        {
            return new TorchReport(null, null, $"'{python}' did not run: {failure.Message}", []);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static TorchReport Run(string python, string script, IReadOnlyList<TorchCase> cases)
    {
        var start = new ProcessStartInfo(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(), errors = child.StandardError.ReadToEndAsync();
        using (StreamWriter input = child.StandardInput)
        {
            input.Write(JsonSerializer.Serialize(cases, Ratios.Report.Json));
        }

        child.WaitForExit();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<TorchReport>(output.Result, Ratios.Report.Json)!
            : new TorchReport(null, null, $"'{python}' failed: {errors.Result.Trim().Split('\n')[^1]}", []);
    }
}
