using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>The measured figures as a table per section, and as JSON.</summary>
public static class Report
{
    /// <summary>The format in which figures are stored and handed from child processes.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The machine, as stored.</summary>
    public static object Machine { get; } = new
    {
        runtime = RuntimeInformation.FrameworkDescription,
        os = RuntimeInformation.OSDescription,
        architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        processors = Environment.ProcessorCount,
        widestTier = SimdTiers.Best,
    };

    /// <summary>Writes one table per section: a line per case, a column per metric.</summary>
    public static void WriteText(TextWriter output, IReadOnlyList<Figure> figures)
    {
        foreach (IGrouping<string, Figure> section in figures.GroupBy(figure => figure.Section))
        {
            string[] metrics = [.. section.Select(figure => figure.Metric).Distinct()];
            List<string[]> lines = [[section.Key, .. metrics]];
            foreach (IGrouping<string, Figure> row in section.GroupBy(figure => figure.Case))
            {
                lines.Add([row.Key, .. metrics.Select(metric => row.FirstOrDefault(figure => figure.Metric == metric)?.ToString() ?? "-")]);
            }

            WriteTable(output, lines);
        }
    }

    /// <summary>Writes the machine, the settings and every figure.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteJson(string path, IReadOnlyList<Figure> figures, int rounds, string? onnxRuntime)
    {
        var document = new
        {
            machine = Machine,
            rounds,
            onnxRuntime,
            figures,
        };
        File.WriteAllText(path, JsonSerializer.Serialize(document, Json) + "\n");
    }

    /// <summary>Writes lines in columns, the first as their heading.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<string[]> lines)
    {
        int columns = lines[0].Length;
        int[] widths = [.. Enumerable.Range(0, columns).Select(column => lines.Max(line => line[column].Length))];
        for (int i = 0; i < lines.Count; i++)
        {
            output.WriteLine(string.Join("  ", lines[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            if (i == 0)
            {
                output.WriteLine(string.Join("  ", widths.Select(width => new string('-', width))));
            }
        }

        output.WriteLine();
    }
}
