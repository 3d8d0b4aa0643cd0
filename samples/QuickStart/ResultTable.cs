using System.Globalization;
using AttentionGen;
using Spectre.Console;

namespace QuickStart;

/// <summary>The table that the sample prints.</summary>
public static class ResultTable
{
    /// <summary>Writes the table, with what its columns mean.</summary>
    public static void Write(TextWriter output, string path, int threads, IReadOnlyList<ResultRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("declaration");
        foreach (string header in (string[])["shape", "ms", "GFLOP/s", "of ceiling", "vs plain C#", "max error"])
        {
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        }

        foreach (ResultRow row in rows)
        {
            string error = Format(row.Accuracy.MaxError, "0.0e+0");
            table.AddRow(
                Markup.Escape(row.Declaration),
                Markup.Escape(row.Shape),
                Format(row.Timing.Seconds * 1e3, "0.00"),
                Format(row.Flops / row.Timing.Seconds / 1e9, "0"),
                Format(row.Timing.CeilingShare, "0.0%"),
                Format(row.PlainSeconds / row.Timing.Seconds, "0") + "x",
                row.Accuracy.WithinTolerance ? error : $"[red]{error} WRONG[/]");
        }

        string threadsText = threads == 1 ? "1 thread" : $"{threads} threads";
        output.WriteLine($"Text: {path}");
        TextConsole.For(output).Write(table);
        output.WriteLine($"{threadsText}, {SimdTiers.Best}. Medians; GFLOP/s over visible pairs (a layer's projections included); the FMA ceiling is measured in turn, on as many threads.");
        output.WriteLine("Plain C#: scalar loops on one thread, timed on sampled rows and scaled to all. Max error: sampled rows against double precision.");
    }

    private static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
