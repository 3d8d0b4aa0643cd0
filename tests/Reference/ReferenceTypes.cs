namespace AttentionGen.Reference;

/// <summary>Whether a query may see a key, by the type's own definition.</summary>
/// <param name="parameters">What was declared.</param>
/// <param name="query">The query's aligned index: the key index it stands at. May be negative or past the last key.</param>
/// <param name="key">The key's index.</param>
public delegate bool VisibleRule(Parameters parameters, int query, int key);

/// <summary>The attention types, one line each: which keys a query may see.</summary>
public static class ReferenceTypes
{
    /// <summary>The rule of each type, by name.</summary>
    public static IReadOnlyDictionary<string, VisibleRule> All { get; } = new Dictionary<string, VisibleRule>
    {
        ["standard"] = (_, _, _) => true,
        ["causal"] = (_, i, j) => j <= i,
        ["local"] = (p, i, j) => j < p.Int("Sinks", 0) || InWindow(p, i, j),
    };

    private static bool InWindow(Parameters p, int i, int j)
    {
        if (p.Has("WindowLeft") || p.Has("WindowRight"))
        {
            return i - p.Int("WindowLeft", 0) <= j && j <= i + p.Int("WindowRight", 0);
        }

        return Math.Abs(i - j) <= p.Int("Window", 128) / 2;
    }
}
