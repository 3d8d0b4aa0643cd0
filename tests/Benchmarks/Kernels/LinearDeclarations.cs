namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Linear attention, all keys.</summary>
[Attention(Type = "linear", Heads = 8, HeadDim = 64)]
public static partial class Linear64;

/// <summary>Causal linear attention.</summary>
[Attention(Type = "linear", Causal = true, Heads = 8, HeadDim = 64)]
public static partial class CausalLinear64;

/// <summary>256 positive random features, all keys.</summary>
[Attention(Type = "performer", Heads = 8, HeadDim = 64)]
public static partial class Performer64;

/// <summary>256 positive random features, causal.</summary>
[Attention(Type = "performer", Causal = true, Heads = 8, HeadDim = 64)]
public static partial class CausalPerformer64;
