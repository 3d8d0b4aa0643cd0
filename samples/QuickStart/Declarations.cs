using AttentionGen;

namespace QuickStart;

// Everything below is a declaration; the compiler writes the kernels.

/// <summary>Every position sees every other.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 64)]
public static partial class Standard;

/// <summary>A position sees itself and what came before; rotary positions.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
[PositionalEncoding("rope")]
public static partial class CausalRope;

/// <summary>A position sees itself and the 64 before it; rotary positions.</summary>
[Attention(Type = "local", Window = 128, Causal = true, Heads = 8, HeadDim = 64)]
[PositionalEncoding("rope")]
public static partial class LocalRope;

/// <summary>A position sees itself, the 256 before it, and always the first four of the text (attention sinks).</summary>
[Attention(Type = "local", WindowLeft = 256, Sinks = 4, Causal = true, Heads = 8, HeadDim = 64)]
public static partial class LocalSinks;

/// <summary>Causal, with a penalty that grows with distance.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
[PositionalEncoding("alibi")]
public static partial class CausalAlibi;

/// <summary>Eight query heads share two key/value heads; rotary positions on neighbouring features.</summary>
[Attention(Type = "causal", Heads = 8, KvHeads = 2, HeadDim = 64)]
[PositionalEncoding("rope", Layout = RotaryLayout.Interleaved)]
public static partial class GroupedRope;

/// <summary>A whole layer with its own projections; sines and cosines are added to its input.</summary>
[Attention(Type = "standard", DModel = 512, Heads = 8)]
[PositionalEncoding("sinusoidal", MaxLength = 8192)]
public partial class SinusoidalLayer;

/// <summary>A causal layer; a learned table is added to its input.</summary>
[Attention(Type = "causal", DModel = 512, Heads = 8)]
[PositionalEncoding("learned", MaxLength = 8192)]
public partial class LearnedLayer;
