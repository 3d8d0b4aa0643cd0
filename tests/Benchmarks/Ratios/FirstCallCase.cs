using System.Diagnostics;
using System.Globalization;
using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>The first call of a kernel in a fresh process, just-in-time compilation included.</summary>
public static class FirstCallCase
{
    /// <summary>The command that the child process is given.</summary>
    public const string Command = "first-call";

    private const string Section = "first call";
    private const int Length = 64;

    /// <summary>Starts a few processes per kernel.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        foreach (KernelEntry kernel in KernelList.All.Where(kernel => settings.Wants(Section, kernel.Name)))
        {
            double[] milliseconds = [.. Enumerable.Range(0, 3).Select(_ =>
                double.Parse(ChildProcess.Run([Command, kernel.Name]), CultureInfo.InvariantCulture))];
            yield return new(Section, kernel.Name, $"fresh process, S={Length}", FigureUnit.Milliseconds, Spread.Of(milliseconds), new Target(150, AtMost: true));
        }
    }

    /// <summary>What the child does: one timed call, its milliseconds on standard output.</summary>
    /// <exception cref="ArgumentException">There is no kernel of that name.</exception>
    public static void RunChild(string name)
    {
        KernelEntry kernel = KernelList.All.FirstOrDefault(kernel => kernel.Name == name) ?? throw new ArgumentException($"No kernel is called '{name}'.", nameof(name));
        var problem = new AttentionProblem(kernel, Length);
        long start = Stopwatch.GetTimestamp();
        problem.RunHeadsFirst(0, SimdTier.Best);
        Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture));
    }
}
