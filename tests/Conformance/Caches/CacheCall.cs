using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.Caches;

/// <summary>One call over a cache, held on the heap; its tensors hold the new tokens.</summary>
public sealed record CacheCall(KernelCall Call, IKvCache Cache, int[] Sequences)
{
    /// <summary>New tokens of each sequence, for the overloads that take contiguous data.</summary>
    public int Tokens => Call.Key.Layout.Length;
}
