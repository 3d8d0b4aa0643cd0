using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Conformance.Kernels;

/// <summary>A compiled kernel, or the stand-in, behind the two overloads that every kernel host has.</summary>
/// <param name="Declaration">What was declared.</param>
/// <param name="Strided">The overload that takes views.</param>
/// <param name="Contiguous">The overload that takes spans and lengths.</param>
public sealed record KernelHost(Declaration Declaration, Action<KernelCall> Strided, Action<KernelCall> Contiguous);
