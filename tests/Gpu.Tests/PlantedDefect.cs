#if !ILGPU_PRESENT
using System.Text.RegularExpressions;
using AttentionGen.GpuExecutor;

namespace AttentionGen.Gpu.Tests;

/// <summary>A defect planted in a generated kernel, and whether runs on fresh inputs show it.</summary>
internal static class PlantedDefect
{
    /// <summary>
    /// Runs that may show a defect. Some show only on part of all inputs: a vote that is missing is divergent only where lanes disagree, which one draw in forty doesn't bring about.
    /// Eight such draws in a row come once in 10^12 runs.
    /// </summary>
    private const int Draws = 8;

    /// <summary>A test's numbers of defects, and what they are.</summary>
    public static TheoryData<int, string> Number(IEnumerable<string> defects)
    {
        var data = new TheoryData<int, string>();
        foreach ((string what, int n) in defects.Select(static (what, n) => (what, n)))
        {
            data.Add(n, what);
        }

        return data;
    }

    /// <summary>The source with one match of a pattern replaced.</summary>
    public static string Plant(string source, string pattern, int occurrence, string instead)
    {
        Match match = Regex.Matches(source, pattern)[occurrence];
        return source[..match.Index] + instead + source[(match.Index + match.Length)..];
    }

    /// <summary>The executor stops a run, for one of these faults.</summary>
    /// <param name="run">A run on the inputs of a draw, given its number.</param>
    /// <param name="faults">What the executor may call it.</param>
    public static void IsStopped(Action<int> run, FaultKind[] faults)
    {
        var failure = Assert.IsType<InvalidOperationException>(FirstFailure(run));
        Assert.Contains(Assert.IsType<DeviceFault>(failure.InnerException).Kind, faults);
    }

    /// <summary>What the first run that throws throws; null: none does.</summary>
    /// <param name="run">A run on the inputs of a draw, given its number.</param>
    public static Exception? FirstFailure(Action<int> run) => Enumerable.Range(0, Draws).Select(draw => Record.Exception(() => run(draw))).FirstOrDefault(static failure => failure is not null);
}
#endif
