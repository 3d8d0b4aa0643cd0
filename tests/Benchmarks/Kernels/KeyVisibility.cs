namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Which keys a query sees, as one interval, for equal query and key lengths.</summary>
/// <param name="IsCausal">Keys after the query are hidden.</param>
/// <param name="Left">Keys visible before the query's own index; <see cref="int.MaxValue"/> for all of them.</param>
public sealed record KeyVisibility(bool IsCausal, int Left)
{
    /// <summary>Every key.</summary>
    public static KeyVisibility All { get; } = new(false, int.MaxValue);

    /// <summary>Keys up to the query's own index.</summary>
    public static KeyVisibility Causal { get; } = new(true, int.MaxValue);

    /// <summary>The <paramref name="left"/> keys before the query, and its own.</summary>
    public static KeyVisibility CausalWindow(int left) => new(true, left);

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
            pairs += End(query, length) - First(query);
        }

        return pairs;
    }
}
