namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Every 64th key and the nearest ones.</summary>
[Attention(Type = "strided", Heads = 8, HeadDim = 64)]
public static partial class Strided64;

/// <summary>Every 4th key.</summary>
[Attention(Type = "kvstrided", Heads = 8, HeadDim = 64)]
public static partial class KvStrided64;

/// <summary>Blocks of 64 positions.</summary>
[Attention(Type = "block", Heads = 8, HeadDim = 64)]
public static partial class Block64;

/// <summary>A window of 65 keys and 4 global tokens.</summary>
[Attention(Type = "localglobal", Window = 64, Heads = 8, HeadDim = 64)]
public static partial class LocalGlobal64;

/// <summary>64 evenly spaced keys.</summary>
[Attention(Type = "landmark", Heads = 8, HeadDim = 64)]
public static partial class Landmark64;
