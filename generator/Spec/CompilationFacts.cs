using System;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AttentionGen.Generator.Spec;

/// <summary>What generated code needs to know of the whole compilation, so small that it almost never changes.</summary>
/// <param name="AllowsUnsafe">Whether <c>AllowUnsafeBlocks</c> is set: kernels use pointers.</param>
/// <param name="LanguageVersion">The effective C# version times 100, as Roslyn counts it (1200 is C# 12).</param>
public sealed record CompilationFacts(bool AllowsUnsafe, int LanguageVersion)
{
    /// <summary>The least C# version that generated code compiles under.</summary>
    public const int LeastLanguageVersion = (int)Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp12;

    /// <summary>A compilation that generated code compiles in.</summary>
    public static CompilationFacts Sufficient { get; } = new(AllowsUnsafe: true, LeastLanguageVersion);

    /// <summary>Whether ILGPU and AttentionGen.Gpu are referenced, so that a GPU kernel would compile.</summary>
    public bool HasGpu { get; init; }

    /// <summary>Whether the program is compiled to machine code when it is published (<c>PublishAot</c>).</summary>
    public bool PublishesAheadOfTime { get; init; }

    /// <summary>The facts of a compilation.</summary>
    public static CompilationFacts Of(Compilation compilation, AnalyzerConfigOptionsProvider options) =>
        compilation is CSharpCompilation csharp
            ? new CompilationFacts(csharp.Options.AllowUnsafe, (int)csharp.LanguageVersion)
            {
                HasGpu = Has(compilation, "ILGPU.KernelConfig") && Has(compilation, "AttentionGen.Gpu.GpuAttentionContext"),
                PublishesAheadOfTime = options.GlobalOptions.TryGetValue("build_property.PublishAot", out string? published) && string.Equals(published, "true", StringComparison.OrdinalIgnoreCase),
            }
            : new CompilationFacts(AllowsUnsafe: false, LanguageVersion: 0);

    private static bool Has(Compilation compilation, string type) => compilation.GetTypeByMetadataName(type) is not null;
}
