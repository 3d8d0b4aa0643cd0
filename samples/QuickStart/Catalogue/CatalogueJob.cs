using System.Globalization;
using AttentionGen;
using Spectre.Console;

namespace QuickStart.Catalogue;

/// <summary>Runs one declaration of everything there is, checks it, and prints the table.</summary>
public static class CatalogueJob
{
    /// <summary>The whole job.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int threads, TextWriter output, Progress progress)
    {
        List<CatalogueRow> rows = [];
        foreach (CatalogueEntry entry in CatalogueEntries.All)
        {
            progress.Report($"[{rows.Count + 1}/{CatalogueEntries.All.Count}] {entry.Name}");
            rows.Add(entry.Run(threads));
        }

        progress.Clear();
        Write(output, threads, rows);
        return rows.All(static row => row.Accuracy.WithinTolerance) ? QuickStartCommand.Success : QuickStartCommand.Wrong;
    }

    private static void Write(TextWriter output, int threads, List<CatalogueRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("", "name", "declared with");
        foreach (string header in (string[])["shape", "visible pairs", "ms", "max error"])
        {
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        }

        string kind = "";
        foreach (CatalogueRow row in rows)
        {
            string error = row.Accuracy.MaxError.ToString("0.0e+0", CultureInfo.InvariantCulture);
            table.AddRow(
                row.Entry.Kind == kind ? "" : row.Entry.Kind,
                Markup.Escape(row.Entry.Name),
                Markup.Escape(row.Written),
                Markup.Escape(row.Shape),
                row.VisiblePairs.ToString(CultureInfo.InvariantCulture),
                row.Milliseconds.ToString("0.000", CultureInfo.InvariantCulture),
                row.Accuracy.WithinTolerance ? error : $"[red]{error} WRONG[/]");
            kind = row.Entry.Kind;
        }

        TextConsole.For(output).Write(table);
        output.WriteLine($"{(threads == 1 ? "1 thread" : $"{threads} threads")}, {SimdTiers.Best}. One call each on random inputs; every row is compared with the definition in double precision.");
    }
}
