namespace AttentionGen.Generator.Spec;

/// <summary>A <c>[KvCache]</c> as written.</summary>
/// <param name="Arguments">Its named arguments.</param>
public sealed record CacheSpec(EquatableArray<ArgumentSpec> Arguments)
{
    private const int DefaultPageTokens = 64;
    private const int Int8 = 3;

    /// <summary>The underlying value of KvPrecision.</summary>
    public int Precision => Int("Precision");

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => Precision switch { 0 => 4, Int8 => 1, _ => 2 };

    /// <summary>Whether elements have scales.</summary>
    public bool HasScales => Precision == Int8;

    /// <summary>Features that share a scale, 0 for all of a head; meaningful only with scales.</summary>
    public int QuantBlock => HasScales ? Int("QuantBlock") : 0;

    /// <summary>Tokens of a page.</summary>
    public int PageTokens => Int("PageTokens", DefaultPageTokens);

    /// <summary>The most tokens of a sequence; 0: open.</summary>
    public int Capacity => Int("Capacity");

    /// <summary>The argument of that name, or null.</summary>
    public ArgumentSpec? Find(string name) => ArgumentSpec.Find(Arguments, name);

    private int Int(string name, int absent = 0) => Find(name) is { } argument ? (int)argument.Number : absent;
}
