using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AttentionGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Benchmarks.Editor;

/// <summary>The <c>editor</c> command: what generator and analyzer cost while a project of many declarations is open.</summary>
public static class EditorCommand
{
    private const int Declarations = 200, Rounds = 5;
    private const double MostGenerating = 15, MostAnalyzing = 3;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("editor", $"Times the generator and the analyzers over {Declarations} declarations: all of them, a keystroke elsewhere, a changed argument.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        CSharpCompilation project = EditorProject.Create(Declarations);
        Print($"{Declarations} declarations; medians of {Rounds} rounds, milliseconds; the first round compiles the tools themselves and is left out.");

        GeneratorDriver driver = Driver();
        List<double> first = [], processor = [], elsewhere = [], changed = [], analyzers = [];
        int typedOutputs = 0, changedOutputs = 0, files = 0;
        for (int round = 0; round <= Rounds; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            (driver, double all) = Timed(Driver(), project);
            first.Add(all);
            processor.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
            files = driver.GetRunResult().GeneratedTrees.Length;

            CSharpCompilation typed = EditorProject.TypeElsewhere(project, round);
            (GeneratorDriver after, double time) = Timed(driver, typed);
            elsewhere.Add(time);
            typedOutputs = Math.Max(typedOutputs, Written(after));

            (after, time) = Timed(after, EditorProject.ChangeArgument(typed, 2, 100 + round));
            changed.Add(time);
            changedOutputs = Math.Max(changedOutputs, Written(after));
            analyzers.Add(Analyze(project));
        }

        double generating = Median(first) / Declarations, analyzing = Median(analyzers) / Declarations;
        Print($"generator, all declarations        {Median(first),9:F1}   {generating:F2} per declaration (goal {MostGenerating}), {files} files; {Median(processor) / Declarations:F2} of processor time");
        Print($"analyzers, all declarations        {Median(analyzers),9:F1}   {analyzing:F2} per declaration (goal {MostAnalyzing})");
        Print($"generator, a keystroke elsewhere   {Median(elsewhere),9:F1}   {typedOutputs} files written again");
        Print($"generator, an argument changed     {Median(changed),9:F1}   {changedOutputs} files written again, of one type");
        return 0;
    }

    private static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new AttentionGen.Generator.AttentionGenerator().AsSourceGenerator()],
        parseOptions: new CSharpParseOptions(LanguageVersion.Latest),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    private static (GeneratorDriver After, double Milliseconds) Timed(GeneratorDriver driver, CSharpCompilation project)
    {
        long start = Stopwatch.GetTimestamp();
        GeneratorDriver after = driver.RunGenerators(project);
        return (after, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    // Files that the last run made anew.
    private static int Written(GeneratorDriver driver) => driver.GetRunResult().Results.Single().TrackedOutputSteps.Values
        .SelectMany(static runs => runs)
        .SelectMany(static run => run.Outputs)
        .Count(static output => output.Reason is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified);

    // The analyzers' own time, as Roslyn counts it: binding the project is the compiler's.
    private static double Analyze(CSharpCompilation project)
    {
        ImmutableArray<DiagnosticAnalyzer> all = [new ConfigurationAnalyzer(), new CallAnalyzer()];
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: true);
        var analysis = new CompilationWithAnalyzers(project.Clone(), all, options);
        analysis.GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        return all.Sum(analyzer => analysis.GetAnalyzerTelemetryInfoAsync(analyzer, CancellationToken.None).GetAwaiter().GetResult().ExecutionTime.TotalMilliseconds);
    }

    private static double Median(List<double> times)
    {
        double[] sorted = [.. times.Skip(1).Order()];
        return sorted[sorted.Length / 2];
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
