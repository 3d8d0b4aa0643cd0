namespace QuickStart;

/// <summary>Which keys a query at the same index sees: the first <paramref name="Sinks"/>, and from <paramref name="Left"/> before it.</summary>
/// <param name="Causal">Keys after the query are hidden; otherwise all are visible.</param>
/// <param name="Left">Keys visible before the query's own; <see cref="int.MaxValue"/> for all.</param>
/// <param name="Sinks">Keys at the start that stay visible, if not after the query.</param>
public readonly record struct KeyRange(bool Causal, int Left = int.MaxValue, int Sinks = 0)
{
    /// <summary>The first key of the window.</summary>
    public int First(int query) => Left == int.MaxValue ? 0 : Math.Max(0, query - Left);

    /// <summary>One past the last key of the window.</summary>
    public int End(int query, int length) => Causal ? query + 1 : length;

    /// <summary>Whether the pair is visible.</summary>
    public bool Sees(int query, int key, int length) => key < End(query, length) && (key < Sinks || key >= First(query));

    /// <summary>Keys that a query sees.</summary>
    public int Count(int query, int length) => End(query, length) - First(query) + Math.Min(Sinks, First(query));

    /// <summary>Visible (query, key) pairs of one head.</summary>
    public long Pairs(int length)
    {
        long pairs = 0;
        for (int query = 0; query < length; query++)
        {
            pairs += Count(query, length);
        }

        return pairs;
    }
}
