using System.Globalization;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>One measured quantity of one case.</summary>
/// <param name="Section">The table it belongs to.</param>
/// <param name="Case">The row.</param>
/// <param name="Metric">The column.</param>
/// <param name="Unit">How the value is written.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Target">What it is held against, if anything.</param>
public sealed record Figure(string Section, string Case, string Metric, FigureUnit Unit, Spread Value, Target? Target = null)
{
    /// <summary>Whether the median meets the target; null without one.</summary>
    public bool? Met => Target is null ? null : Target.AtMost ? Value.Median <= Target.Value : Value.Median >= Target.Value;

    /// <summary>The median, its range, and the target with a verdict.</summary>
    public override string ToString()
    {
        string range = Value.Low == Value.High ? string.Empty : $" ({Number(Value.Low)}-{Number(Value.High)})";
        string verdict = Target is null ? string.Empty : $" [{(Target.AtMost ? "<=" : ">=")} {Text(Target.Value)} {(Met == true ? "yes" : "NO")}]";
        return Text(Value.Median) + range + verdict;
    }

    private string Text(double value) => Unit switch
    {
        FigureUnit.Share => Number(value) + "%",
        FigureUnit.Ratio => Number(value) + "x",
        FigureUnit.Bytes => Number(value) + " B",
        FigureUnit.Milliseconds => Number(value) + " ms",
        FigureUnit.Nanoseconds => Number(value) + " ns",
        _ => Number(value),
    };

    private string Number(double value) => Unit switch
    {
        FigureUnit.Share => (100 * value).ToString("0.0", CultureInfo.InvariantCulture),
        FigureUnit.Ratio => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture),
        FigureUnit.GigaflopsPerSecond => value.ToString(value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture),
        FigureUnit.Bytes or FigureUnit.Nanoseconds => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0", CultureInfo.InvariantCulture),
    };
}

/// <summary>The least or the most that a figure may be.</summary>
/// <param name="Value">In the figure's unit.</param>
/// <param name="AtMost">An upper bound; otherwise a lower one.</param>
public sealed record Target(double Value, bool AtMost = false);

/// <summary>Units of figures.</summary>
public enum FigureUnit
{
    /// <summary>Billions of floating-point operations a second, visible pairs only.</summary>
    GigaflopsPerSecond,

    /// <summary>Trillions of them.</summary>
    TeraflopsPerSecond,

    /// <summary>Billions of bytes a second.</summary>
    GigabytesPerSecond,

    /// <summary>A fraction of one, written in per cent.</summary>
    Share,

    /// <summary>How many times.</summary>
    Ratio,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Milliseconds.</summary>
    Milliseconds,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds,
}
