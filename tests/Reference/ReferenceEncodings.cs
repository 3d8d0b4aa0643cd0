namespace AttentionGen.Reference;

/// <summary>What a positional encoding does; a member left null does nothing.</summary>
public sealed class EncodingDefinition
{
    /// <summary>Turns one row of a query or key head in place: (parameters, row, position).</summary>
    public Action<Parameters, double[], int>? TransformRow { get; init; }

    /// <summary>What is added to a scaled score: (parameters, heads, head, aligned query index, key index).</summary>
    public Func<Parameters, int, int, int, int, double>? ScoreBias { get; init; }

    /// <summary>The row added to a layer's input: (parameters, model width, position).</summary>
    public Func<Parameters, int, int, double[]>? InputRow { get; init; }
}

/// <summary>The positional encodings, one entry each.</summary>
public static class ReferenceEncodings
{
    /// <summary>The definition of each encoding, by name.</summary>
    public static IReadOnlyDictionary<string, EncodingDefinition> All { get; } = new Dictionary<string, EncodingDefinition>
    {
        ["none"] = new(),
        ["sinusoidal"] = new() { InputRow = Sinusoid.Row },
        ["learned"] = new() { InputRow = (p, width, position) => LearnedRow(p, width, position) },
        ["rope"] = new() { TransformRow = Rotary.Turn },
        ["relative"] = new(), // see Distance: vectors enter scores and outputs
        ["t5"] = new(), // see Distance: its table is an input of the call
        ["alibi"] = new() { ScoreBias = (p, heads, head, i, j) => -(p.Array("Slopes")?[head] ?? Alibi.Slope(heads, head)) * Math.Abs(i - j) },
    };

    private static double[] LearnedRow(Parameters parameters, int width, int position)
    {
        float[] table = parameters.Array("Table") ?? throw new ArgumentException("The learned encoding needs the array Table, [positions, width].");
        return [.. table.Skip(position * width).Take(width).Select(value => (double)value)];
    }
}
