using System.Collections.Concurrent;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;

namespace AttentionGen.Gpu.Tests;

/// <summary>The catalogue's softmax types with every encoding, modifier and parameter variant, at head shapes that a GPU played by a processor gets through.</summary>
internal static class GpuSample
{
    private const int Together = 16;

    private static readonly ConcurrentDictionary<int, Lazy<IReadOnlyList<GpuKernels.Host>>> Compiled = new();

    public static IReadOnlyList<HeadShape> Shapes { get; } =
        [new(2, 1, 16, 16), new(1, 1, 64, 64), new(2, 2, 8, 8), new(2, 1, 20, 12), new(1, 1, 10, 7), new(2, 2, 24, 33), new(1, 1, 40, 72), new(2, 1, 32, 16), new(1, 1, 128, 128), new(1, 1, 2, 1)];

    public static IReadOnlyList<Declaration> Declarations { get; } =
    [
        .. DeclarationSample.All([.. Catalogue.Types.Where(static type => !FeatureAttention.Covers(type.Name))], Catalogue.Encodings, Shapes).Where(IsOnGpu),
        .. FunctionVariants.All.Select(static functions => new Declaration("standard", [], [], Shapes[0]) { Functions = functions }).Where(IsOnGpu),
    ];

    /// <summary>A compiled declaration. They compile in batches, so that a test of one does not wait for all.</summary>
    public static GpuKernels.Host Host(int index) =>
        Compiled.GetOrAdd(index / Together, static batch => new(() => GpuKernels.CompileHosts([.. Declarations.Skip(batch * Together).Take(Together)]))).Value[index % Together];

    // Tables of user functions are a diagnostic.
    private static bool IsOnGpu(Declaration declaration) => declaration.Functions is not { } functions || !new[] { "Parent[", "Slope[", "Near[" }.Any(table => functions.Source.Contains(table, StringComparison.Ordinal));
}
