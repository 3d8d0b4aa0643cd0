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
