namespace AttentionGen.Prebuilt;

/// <summary>The numbers of a positional encoding; each encoding reads its own.</summary>
public sealed record PositionalEncodingOptions
{
    /// <summary>Features of what it is applied to: the model width for sinusoidal and learned, the head dim for rope.</summary>
    public int Dim { get; init; }

    /// <summary>alibi: query heads.</summary>
    public int Heads { get; init; }

    /// <summary>sinusoidal, rope: the base of the geometric frequency progression.</summary>
    public double Base { get; init; } = 10000;

    /// <summary>Positions at most. 0: 5000 for sinusoidal, 512 for learned, open for rope.</summary>
    public int MaxLength { get; init; }

    /// <summary>rope: which features are rotated together.</summary>
    public RotaryLayout Layout { get; init; }

    /// <summary>rope: features of each head that are rotated, from the first; even. 0: all.</summary>
    public int RotaryDim { get; init; }

    /// <summary>learned: the seed of the table's first values, N(0, 0.02).</summary>
    public int Seed { get; init; }
}
