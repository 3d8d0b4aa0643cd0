namespace AttentionGen.Benchmarks.Gpu;

/// <summary>All keys visible, head dim 64: timed.</summary>
[Attention(Heads = 32, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuStandard64;

/// <summary>Causal, head dim 64: timed.</summary>
[Attention(Type = "causal", Heads = 32, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuCausal64;

/// <summary>All keys visible, head dim 128: timed.</summary>
[Attention(Heads = 16, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuStandard128;

/// <summary>Causal, head dim 128: timed.</summary>
[Attention(Type = "causal", Heads = 16, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuCausal128;

/// <summary>All keys visible, bfloat16 on tensor cores, head dim 64: timed.</summary>
[Attention(Heads = 32, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloat64;

/// <summary>Causal, bfloat16, head dim 64: timed.</summary>
[Attention(Type = "causal", Heads = 32, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloatCausal64;

/// <summary>All keys visible, bfloat16, head dim 128: timed.</summary>
[Attention(Heads = 16, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloat128;

/// <summary>Causal, bfloat16, head dim 128: timed.</summary>
[Attention(Type = "causal", Heads = 16, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloatCausal128;

/// <summary>Causal, grouped heads, bfloat16 at a head dim of 256: queries and outputs leave the fewest registers.</summary>
[Attention(Type = "causal", Heads = 2, KvHeads = 1, HeadDim = 256, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloatCausal256;

/// <summary>All keys visible, bfloat16 at a head dim whose rows fill no whole number of 128 bytes.</summary>
[Attention(Heads = 2, HeadDim = 96, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.BFloat16)]
public static partial class GpuBFloat96;

/// <summary>A window with sinks, rotated, grouped heads, binary16 on tensor cores.</summary>
[Attention(Type = "local", Window = 33, Sinks = 3, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu, GpuPrecision = GpuPrecision.Half)]
[PositionalEncoding("rope")]
public static partial class GpuHalfLocalRope;

/// <summary>A window with sinks, rotated, grouped heads.</summary>
[Attention(Type = "local", Window = 33, Sinks = 3, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[PositionalEncoding("rope")]
public static partial class GpuLocalRope;

/// <summary>Penalties by distance; dims that fill no whole vectors.</summary>
[Attention(Type = "causal", Heads = 2, HeadDim = 42, ValueDim = 70, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[PositionalEncoding("alibi")]
public static partial class GpuAlibiOdd;

/// <summary>Two passes over the keys, one of them every eighth.</summary>
[Attention(Type = "strided", Stride = 8, Local = 3, Heads = 2, HeadDim = 32, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuStrided;

/// <summary>The difference of two softmaxes.</summary>
[Attention(Type = "differential", Heads = 2, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuDifferential;

/// <summary>Normalised queries and keys, capped scores, a sink in each softmax.</summary>
[Attention(Heads = 2, HeadDim = 64, QkNorm = QkNormalisation.Rms, Softcap = 20, SinkLogits = [0.5f, -1f], Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuCapped;

/// <summary>Key and value vectors for distances up to 8.</summary>
[Attention(Type = "relative", MaxRelativePosition = 8, Heads = 2, HeadDim = 32, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuRelative;

/// <summary>A learned bias for each bucket of distance.</summary>
[Attention(Type = "t5", Heads = 2, HeadDim = 32, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuT5;

/// <summary>A head dim of 256: the smallest tiles.</summary>
[Attention(Type = "causal", Heads = 2, KvHeads = 1, HeadDim = 256, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
public static partial class GpuCausal256;

/// <summary>Decoding over FP32, four query heads for each KV head: timed.</summary>
[Attention(Type = "causal", Heads = 32, KvHeads = 8, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[PositionalEncoding("rope")]
[KvCache]
public static partial class GpuDecode128;

/// <summary>The same over bfloat16: timed.</summary>
[Attention(Type = "causal", Heads = 32, KvHeads = 8, HeadDim = 128, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[PositionalEncoding("rope")]
[KvCache(Precision = KvPrecision.BFloat16)]
public static partial class GpuDecodeBFloat128;

/// <summary>A query head for each KV head, binary16: timed.</summary>
[Attention(Type = "causal", Heads = 16, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[KvCache(Precision = KvPrecision.Half)]
public static partial class GpuDecodeHalf64;

/// <summary>A window with sinks over a cache.</summary>
[Attention(Type = "local", WindowLeft = 100, Sinks = 3, Causal = true, Heads = 4, KvHeads = 2, HeadDim = 64, Targets = KernelTargets.Cpu | KernelTargets.Gpu)]
[PositionalEncoding("rope")]
[KvCache]
public static partial class GpuDecodeLocal64;
