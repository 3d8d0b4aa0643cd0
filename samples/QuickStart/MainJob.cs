using AttentionGen;
using AttentionGen.Benchmarks.Ceiling;

namespace QuickStart;

/// <summary>Runs every demonstration on a text, checks and times it, and prints the table.</summary>
public static class MainJob
{
    /// <summary>The whole job.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(Settings settings, string path, byte[] text, TextWriter output, Progress progress)
    {
        progress.Report("embedding the text");
        var model = new TextModel(text);
        using var ceiling = new FmaTeam(SimdTier.Best, settings.ThreadCount);
        List<ResultRow> rows = [];
        IReadOnlyList<Demonstration> all = Demonstrations.All;
        foreach (Demonstration demonstration in all)
        {
            string step = $"[{rows.Count + 1}/{all.Count}] {demonstration.Declaration}: ";
            using IPreparedRun run = demonstration.Prepare(model);
            progress.Report(step + "measuring");
            Timing timing = Timing.Measure(run, ceiling);
            progress.Report(step + "plain C# on sampled rows");
            double plainSeconds = run.PlainSeconds();
            progress.Report(step + "checking sampled rows in double precision");
            rows.Add(new(demonstration.Declaration, demonstration.Shape(model.Length), timing, run.Flops, plainSeconds, run.Check()));
        }

        if (settings.Heatmap is not null)
        {
            progress.Report($"drawing {settings.Heatmap}");
            Heatmap.Write(settings.Heatmap, AttentionSlice.Compute(model, settings.ThreadCount));
        }

        progress.Clear();
        ResultTable.Write(output, path, settings.ThreadCount, rows);
        if (settings.Heatmap is not null)
        {
            output.WriteLine($"Heatmap: {settings.Heatmap}");
        }

        return rows.All(row => row.Accuracy.WithinTolerance) ? QuickStartCommand.Success : QuickStartCommand.Wrong;
    }
}

/// <summary>One line of the table.</summary>
public sealed record ResultRow(string Declaration, string Shape, Timing Timing, double Flops, double PlainSeconds, Accuracy Accuracy);
