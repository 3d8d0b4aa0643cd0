namespace AttentionGen.Reference;

/// <summary>What a positional encoding does; a member left null does nothing.</summary>
public sealed class EncodingDefinition
{
    /// <summary>Turns one row of a query or key head in place: (parameters, row, where it stands).</summary>
    public Action<Parameters, double[], RowPlace>? TransformRow { get; init; }

    /// <summary>What is added to a scaled score: (parameters, heads, head, aligned query index, key index).</summary>
    public Func<Parameters, int, int, int, int, double>? ScoreBias { get; init; }

    /// <summary>The row added to a layer's input: (parameters, model width, position).</summary>
    public Func<Parameters, int, int, double[]>? InputRow { get; init; }
}

/// <summary>Where a query or key row stands.</summary>
/// <param name="Positions">Its position on every axis.</param>
/// <param name="Longest">One past the highest position of the call.</param>
/// <param name="IsKey">A key; otherwise a query.</param>
public sealed record RowPlace(int[] Positions, int Longest, bool IsKey);

/// <summary>The positional encodings, one entry each.</summary>
public static class ReferenceEncodings
{
    /// <summary>The definition of each encoding, by name.</summary>
    public static IReadOnlyDictionary<string, EncodingDefinition> All { get; } = new Dictionary<string, EncodingDefinition>
    {
        ["none"] = new(),
        ["sinusoidal"] = new() { InputRow = Sinusoid.Row },
        ["learned"] = new() { InputRow = (p, width, position) => LearnedRow(p, width, position) },
        ["rope"] = new() { TransformRow = (p, row, place) => Rotary.Turn(p, row, place.Positions, place.Longest) },
        ["mrope"] = new() { TransformRow = (p, row, place) => Rotary.Turn(p, row, place.Positions, place.Longest) },
        ["xpos"] = new() { TransformRow = (p, row, place) => Rotary.TurnWithDecay(p, row, place.Positions[0], place.IsKey) },
        ["relative"] = new(), // see Distance: vectors enter scores and outputs
        ["t5"] = new(), // see Distance: its table is an input of the call
        ["gaussian"] = new() { ScoreBias = (p, _, _, i, j) => -Math.Pow(i - j, 2) / (2 * Math.Pow(p.Number("Deviation", 64), 2)) },
        ["alibi"] = new() { ScoreBias = (p, heads, head, i, j) => -(p.Array("Slopes")?[head] ?? Alibi.Slope(heads, head)) * Math.Abs(i - j) },
    };

    private static double[] LearnedRow(Parameters parameters, int width, int position)
    {
        float[] table = parameters.Array("Table") ?? throw new ArgumentException("The learned encoding needs the array Table, [positions, width].");
        return [.. table.Skip(position * width).Take(width).Select(value => (double)value)];
    }
}
