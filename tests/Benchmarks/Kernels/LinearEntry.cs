namespace AttentionGen.Benchmarks.Kernels;

/// <summary>One declared attention by feature maps, as the benchmarks call it: 8 heads of 64.</summary>
/// <param name="Name">The host's class name.</param>
/// <param name="Features">Features after the map.</param>
/// <param name="IsCausal">Whether keys after the query are hidden.</param>
/// <param name="Random">The random features; null: the map acts on the rows themselves.</param>
/// <param name="Forward">The generated entry point.</param>
public sealed record LinearEntry(string Name, int Features, bool IsCausal, RandomFeatures? Random, AttentionForward Forward)
{
    /// <summary>Query and key/value heads.</summary>
    public const int Heads = 8;

    /// <summary>Features per head of queries, keys and values.</summary>
    public const int Dim = 64;

    /// <summary>Keys of the chunk within which a causal kernel weighs pairs.</summary>
    private const int Chunk = 96;

    /// <summary>Every declared one.</summary>
    public static IReadOnlyList<LinearEntry> All { get; } =
    [
        new(nameof(Linear64), Dim, false, null, Linear64.Forward),
        new(nameof(CausalLinear64), Dim, true, null, CausalLinear64.Forward),
        new(nameof(Performer64), 256, false, Performer64.RandomFeatures, Performer64.Forward),
        new(nameof(CausalPerformer64), 256, true, CausalPerformer64.RandomFeatures, CausalPerformer64.Forward),
    ];

    /// <summary>
    /// Multiply-adds, two operations each, of the products that the method consists of: projections of query and key on the random features,
    /// the key's part of the state, the query's reading of it and, when causal, the visible pairs within a chunk. Maps and sums don't count.
    /// </summary>
    public double Flops(int length)
    {
        double perToken = (4.0 * Features * Dim) + (Random is null ? 0 : 4.0 * Dim * Features);
        double pairs = 0;
        for (int first = 0; IsCausal && first < length; first += Chunk)
        {
            double count = Math.Min(Chunk, length - first);
            pairs += count * (count + 1) / 2;
        }

        return Heads * ((length * perToken) + (pairs * 2 * (Features + Dim)));
    }
}
