namespace AttentionGen.Benchmarks.Kernels;

/// <summary>alibi as the catalogue has it.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
[PositionalEncoding("alibi")]
public static partial class Alibi64;

/// <summary>alibi as a user writes it.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
public static partial class UserAlibi64
{
    private static float Score(float score, int head, int query, int key) => score - (MathF.Pow(2f, -(head + 1)) * Math.Abs(query - key));
}

/// <summary>The last 64 keys and the query's own, as a user writes it.</summary>
[Attention(Type = "custom", Heads = 8, HeadDim = 64)]
public static partial class UserLocal64
{
    private static bool Keep(int query, int key) => key <= query && query - key <= 64;
}

/// <summary>A mask of no known shape: squares of 512 positions, by their bits.</summary>
[Attention(Type = "custom", Heads = 8, HeadDim = 64)]
public static partial class UserSquares64
{
    private static bool Keep(int query, int key) => (query ^ key) < 512;
}
