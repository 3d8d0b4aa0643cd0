namespace AttentionGen.Prebuilt;

/// <summary>Which pre-generated attention is wanted.</summary>
public sealed record AttentionOptions
{
    /// <summary>The attention type by name or alias (<c>mha</c>, <c>sdpa</c>, <c>scaled_dot_product_attention</c>); see <see cref="AttentionTypes"/>.</summary>
    public string Type { get; init; } = AttentionTypes.Standard;

    /// <summary>Query heads; any number.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>. 0: <see cref="Heads"/>.</summary>
    public int KvHeads { get; init; }

    /// <summary>Features of a head. 0: <c>DModel / Heads</c>.</summary>
    public int HeadDim { get; init; }

    /// <summary>Model width, where <see cref="HeadDim"/> is left open.</summary>
    public int DModel { get; init; }

    /// <summary>local: the symmetric window w; key j is visible to query i when |i - j| &lt;= w/2, inclusive.</summary>
    public int Window { get; init; } = 128;

    /// <summary>Keys after the query are hidden. <c>"standard"</c> with this flag is <c>"causal"</c>.</summary>
    public bool Causal { get; init; }
}
