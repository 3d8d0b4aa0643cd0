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
