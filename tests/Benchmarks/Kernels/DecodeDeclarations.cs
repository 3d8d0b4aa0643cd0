namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Causal over an FP32 cache, a query head for each KV head.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
[KvCache]
public static partial class Decode64;

/// <summary>The same at head dim 128.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
[KvCache]
public static partial class Decode128;

/// <summary>binary16.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
[KvCache(Precision = KvPrecision.Half)]
public static partial class DecodeHalf128;

/// <summary>bfloat16.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
[KvCache(Precision = KvPrecision.BFloat16)]
public static partial class DecodeBFloat128;

/// <summary>Bytes, a scale per token and head.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
[KvCache(Precision = KvPrecision.Int8)]
public static partial class DecodeInt128;

/// <summary>Bytes, a scale per 32 features.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
[KvCache(Precision = KvPrecision.Int8, QuantBlock = 32)]
public static partial class DecodeInt128Block32;

/// <summary>Four query heads for each of eight KV heads.</summary>
[Attention(Type = "causal", Heads = 32, KvHeads = 8, HeadDim = 64)]
[KvCache]
public static partial class DecodeGrouped64;

/// <summary>The same at head dim 128.</summary>
[Attention(Type = "causal", Heads = 32, KvHeads = 8, HeadDim = 128)]
[KvCache]
public static partial class DecodeGrouped128;

/// <summary>One head.</summary>
[Attention(Type = "causal", Heads = 1, HeadDim = 64)]
[KvCache]
public static partial class DecodeSingle64;
