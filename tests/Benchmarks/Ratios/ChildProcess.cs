using System.Diagnostics;
using System.Reflection;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>Runs this program again: with other runtime settings, or for a fresh just-in-time compiler.</summary>
public static class ChildProcess
{
    /// <summary>Runs a command and returns what it wrote to standard output; its standard error is passed on.</summary>
    /// <exception cref="InvalidOperationException">The child failed.</exception>
    public static string Run(IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0 ? output : throw new InvalidOperationException($"The child process ended with exit code {child.ExitCode}.");
    }
}
