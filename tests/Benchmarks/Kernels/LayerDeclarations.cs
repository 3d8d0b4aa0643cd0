namespace AttentionGen.Benchmarks.Kernels;

/// <summary>A layer that knows no positions.</summary>
[Attention(Type = "standard", DModel = 512, Heads = 8)]
public partial class PlainLayer;

/// <summary>Sines and cosines are added to its input.</summary>
[Attention(Type = "standard", DModel = 512, Heads = 8)]
[PositionalEncoding("sinusoidal", MaxLength = 8192)]
public partial class SinusoidalLayer;

/// <summary>A learned table that starts from them.</summary>
[Attention(Type = "standard", DModel = 512, Heads = 8)]
[PositionalEncoding("sinusoidal", Learnable = true, MaxLength = 8192)]
public partial class LearnableSinusoidalLayer;

/// <summary>A learned table.</summary>
[Attention(Type = "standard", DModel = 512, Heads = 8)]
[PositionalEncoding("learned", MaxLength = 8192)]
public partial class LearnedLayer;

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
