namespace AttentionGen;

/// <summary>How positions enter the attention declared on the same class. Several may be combined.</summary>
/// <param name="type">One of <see cref="PositionalEncodings"/>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class PositionalEncodingAttribute(string type) : Attribute
{
    /// <summary>The encoding; see <see cref="PositionalEncodings"/>.</summary>
    public string Type { get; } = type;

    /// <summary>sinusoidal, rope: the base of the geometric frequency progression. Default 10000.</summary>
    public double Base { get; set; } = 10000;

    /// <summary>sinusoidal, learned: positions in the table. Defaults: 5000 and 512.</summary>
    public int MaxLength { get; set; }

    /// <summary>rope: which features are rotated together. Default <see cref="RotaryLayout.Half"/>.</summary>
    public RotaryLayout Layout { get; set; }

    /// <summary>rope: features of each head that are rotated, from the first; even. Default: the head dim.</summary>
    public int RotaryDim { get; set; }

    /// <summary>alibi: one slope per head. Default: the power-of-two convention (Press et al. 2021), interpolated otherwise.</summary>
    public float[]? Slopes { get; set; }
}
