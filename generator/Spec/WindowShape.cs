namespace AttentionGen.Generator.Spec;

/// <summary>Which keys local attention keeps: <c>i - Left &lt;= j &lt;= i + Right</c>, and the first <c>Sinks</c> keys.</summary>
/// <param name="Left">Keys to the left of the query.</param>
/// <param name="Right">Keys to the right of the query, before any causal mask.</param>
/// <param name="Sinks">First keys that every query sees.</param>
/// <param name="Symmetric">The symmetric window <c>w</c> it came from, or null when the bounds were given.</param>
public sealed record WindowShape(int Left, int Right, int Sinks, int? Symmetric)
{
    /// <summary>The window when none is written.</summary>
    public const int DefaultWindow = 128;

    /// <summary>Keys in the window itself, the query's own included; sinks not counted.</summary>
    public long Keys => (long)Left + Right + 1;

    /// <summary>The bounds that local attention's arguments come to.</summary>
    public static WindowShape Of(AttentionSpec spec)
    {
        int sinks = spec.Int("Sinks");
        if (spec.Find("WindowLeft") is not null || spec.Find("WindowRight") is not null)
        {
            return new WindowShape(spec.Int("WindowLeft"), spec.Int("WindowRight"), sinks, Symmetric: null);
        }

        int window = spec.Int("Window", DefaultWindow);
        return new WindowShape(window / 2, window / 2, sinks, window);
    }
}
