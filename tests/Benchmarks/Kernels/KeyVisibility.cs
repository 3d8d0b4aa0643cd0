namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Which keys a query sees, for equal query and key lengths: an interval, and within it those that a rule keeps.</summary>
/// <param name="IsCausal">Keys after the query are hidden.</param>
/// <param name="Left">Keys visible before the query's own index; <see cref="int.MaxValue"/> for all of them.</param>
/// <param name="Rule">Whether a (query, key) pair of a sequence of some length is visible; null: every one in the interval is.</param>
public sealed record KeyVisibility(bool IsCausal, int Left, Func<int, int, int, bool>? Rule = null)
{
    /// <summary>Every key.</summary>
    public static KeyVisibility All { get; } = new(false, int.MaxValue);

    /// <summary>Keys up to the query's own index.</summary>
    public static KeyVisibility Causal { get; } = new(true, int.MaxValue);

    /// <summary>The <paramref name="left"/> keys before the query, and its own.</summary>
    public static KeyVisibility CausalWindow(int left) => new(true, left);

    /// <summary>The keys that a rule keeps, given query, key and length.</summary>
    public static KeyVisibility Where(Func<int, int, int, bool> rule) => new(false, int.MaxValue, rule);

    /// <summary>Whether a key of the interval is visible.</summary>
    public bool Sees(int query, int key, int length) => Rule is null || Rule(query, key, length);

    /// <summary>The first visible key of a query.</summary>
    public int First(int query) => Left == int.MaxValue ? 0 : Math.Max(0, query - Left);

    /// <summary>One past the last visible key of a query, of <paramref name="length"/> keys.</summary>
    public int End(int query, int length) => IsCausal ? query + 1 : length;

    /// <summary>Visible (query, key) pairs of one head over <paramref name="length"/> positions.</summary>
    public long Pairs(int length)
    {
        long pairs = 0;
        for (int query = 0; query < length; query++)
        {
            int first = First(query), end = End(query, length);
            pairs += Rule is null ? end - first : Enumerable.Range(first, end - first).Count(key => Rule(query, key, length));
        }

        return pairs;
    }
}
