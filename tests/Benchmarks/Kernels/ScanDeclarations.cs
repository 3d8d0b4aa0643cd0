namespace AttentionGen.Benchmarks.Kernels;

/// <summary>A selective scan over 512 channels of 16 states.</summary>
[Attention(Type = "mamba", DModel = 256)]
public static partial class Mamba256;
