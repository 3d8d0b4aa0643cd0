using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>One declared attention's kernel at each register width; each takes a pinned <see cref="AttentionCall"/>, a work item and a workspace.</summary>
/// <param name="vector512">512-bit.</param>
/// <param name="vector256">256-bit.</param>
/// <param name="vector128">128-bit.</param>
/// <param name="scalar">Scalar.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe readonly struct KernelTiers(
    delegate*<void*, int, byte*, void> vector512,
    delegate*<void*, int, byte*, void> vector256,
    delegate*<void*, int, byte*, void> vector128,
    delegate*<void*, int, byte*, void> scalar)
{
    /// <summary>The kernel for a tier that <see cref="SimdTiers.Resolve"/> gave.</summary>
    public delegate*<void*, int, byte*, void> For(SimdTier tier) => tier switch
    {
        SimdTier.Vector512 => vector512,
        SimdTier.Vector256 => vector256,
        SimdTier.Vector128 => vector128,
        _ => scalar,
    };
}
