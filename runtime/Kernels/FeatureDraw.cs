using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The random features that a performer uses now. Redrawing swaps an immutable matrix: calls in flight finish with the one they began with.</summary>
/// <param name="count">Features.</param>
/// <param name="dim">Features of a query or key head.</param>
/// <param name="seed">The seed of the first draw.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class FeatureDraw(int count, int dim, int seed)
{
    private RandomFeatures current = new(count, dim, seed);

    /// <summary>The features in use.</summary>
    public RandomFeatures Current => Volatile.Read(ref current);

    /// <summary>Draws new ones. Safe for concurrent use.</summary>
    /// <param name="seed">The same seed gives the same features.</param>
    public void Redraw(int seed) => Volatile.Write(ref current, new RandomFeatures(count, dim, seed));
}
