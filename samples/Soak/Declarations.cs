using AttentionGen;

namespace Soak;

/// <summary>What serves: grouped heads, rotary positions, keys and values in pages of 16 tokens.</summary>
[Attention(Type = "causal", Heads = 8, KvHeads = 2, HeadDim = 32)]
[PositionalEncoding("rope")]
[KvCache(PageTokens = 16)]
public static partial class Served;

/// <summary>The same attention without a cache, which recomputes from nothing.</summary>
[Attention(Type = "causal", Heads = 8, KvHeads = 2, HeadDim = 32, CausalAlignment = CausalAlignment.BottomRight)]
[PositionalEncoding("rope")]
public static partial class Fresh;

/// <summary>A whole layer with what changes by position both ways: a table added to its input, and rotation; weights in bytes.</summary>
[Attention(Type = "causal", DModel = 128, Heads = 8, KvHeads = 2, QkNorm = QkNormalisation.Rms, WeightPrecision = WeightPrecision.Int8)]
[PositionalEncoding("rope")]
[PositionalEncoding("sinusoidal")]
[KvCache(PageTokens = 16)]
public partial class ServedLayer;
