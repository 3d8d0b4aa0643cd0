namespace AttentionGen.Benchmarks.Kernels;

/// <summary>A layer that decodes: grouped heads, rotary positions, FP32 weights and cache.</summary>
[Attention(Type = "causal", DModel = 2048, Heads = 16, KvHeads = 4)]
[PositionalEncoding("rope")]
[KvCache]
public partial class DecodeLayer;

/// <summary>The same with weights in bytes and a BF16 cache.</summary>
[Attention(Type = "causal", DModel = 2048, Heads = 16, KvHeads = 4, WeightPrecision = WeightPrecision.Int8)]
[PositionalEncoding("rope")]
[KvCache(Precision = KvPrecision.BFloat16)]
public partial class SmallDecodeLayer;
