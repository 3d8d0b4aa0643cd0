namespace AttentionGen.Benchmarks.Kernels;

/// <summary>All keys visible, head dim 64.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 64)]
public static partial class Standard64;

/// <summary>All keys visible, head dim 128.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 128)]
public static partial class Standard128;

/// <summary>All keys visible, head dim 40: not a multiple of any vector width above 256 bits.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 40)]
public static partial class Standard40;

/// <summary>All keys visible, head dim 72.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 72)]
public static partial class Standard72;

/// <summary>All keys visible, head dim 80.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 80)]
public static partial class Standard80;

/// <summary>All keys visible, head dim 96.</summary>
[Attention(Type = "standard", Heads = 8, HeadDim = 96)]
public static partial class Standard96;

/// <summary>Causal, head dim 64.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
public static partial class Causal64;

/// <summary>Causal, head dim 128.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 128)]
public static partial class Causal128;

/// <summary>The last 64 keys and the query's own, head dim 64.</summary>
[Attention(Type = "local", Window = 128, Causal = true, Heads = 8, HeadDim = 64)]
public static partial class Local64;
