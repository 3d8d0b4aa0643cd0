namespace AttentionGen;

/// <summary>The attention types by name, for <see cref="AttentionAttribute.Type"/>.</summary>
public static class AttentionTypes
{
    /// <summary>Softmax over all visible keys (Vaswani et al. 2017).</summary>
    public const string Standard = "standard";

    /// <summary>Key j is visible to query i when j &lt;= i.</summary>
    public const string Causal = "causal";

    /// <summary>Keys within a window around the query (Longformer, Beltagy et al. 2020), with optional sinks.</summary>
    public const string Local = "local";
}

/// <summary>The positional encodings by name, for <see cref="PositionalEncodingAttribute"/>.</summary>
public static class PositionalEncodings
{
    /// <summary>No position enters the attention.</summary>
    public const string None = "none";

    /// <summary>Sines and cosines added to the layer's input (Vaswani et al. 2017).</summary>
    public const string Sinusoidal = "sinusoidal";

    /// <summary>A learned table added to the layer's input (Gehring et al. 2017).</summary>
    public const string Learned = "learned";

    /// <summary>Rotation of queries and keys (RoFormer, Su et al. 2021).</summary>
    public const string Rope = "rope";

    /// <summary>A linear distance penalty on the scores (ALiBi, Press et al. 2021).</summary>
    public const string Alibi = "alibi";
}
