using AttentionGen.Conformance.Declarations;

namespace AttentionGen.Gpu.Tests.Caches;

/// <summary>What is tested over a cache on the device: each way through the kernels, at head shapes that a GPU played by a processor gets through.</summary>
internal static class GpuCacheDeclarations
{
    private static readonly Lazy<IReadOnlyList<GpuCacheHost>>[] Compiled;

    static GpuCacheDeclarations() => Compiled = [.. All.Chunk(8).Select(static group => new Lazy<IReadOnlyList<GpuCacheHost>>(() => GpuCacheHost.Compile(group)))];

    public static IReadOnlyList<Declaration> All { get; } =
    [
        Make("causal", "", new(2, 1, 16, 16), ""),
        Make("causal", "", new(4, 2, 64, 64), "", "rope"),
        Make("causal", "", new(3, 1, 20, 12), "", "alibi"),
        Make("local", "Window = 17, Sinks = 2, Causal = true", new(2, 1, 24, 40), "", "rope"),
        Make("local", "WindowLeft = 200, Sinks = 3, Causal = true", new(2, 2, 8, 8), ""),
        Make("block", "BlockSize = 16, Causal = true", new(2, 1, 10, 7), ""),
        Make("strided", "Stride = 8, Local = 3, Causal = true", new(2, 1, 16, 16), ""),
        Make("kvstrided", "Stride = 3, Causal = true", new(1, 1, 16, 24), ""),
        Make("differential", "Causal = true", new(2, 1, 20, 16), "", "rope"),
        Make("relative", "MaxRelativePosition = 9, Causal = true", new(2, 1, 16, 12), ""),
        Make("t5", "Causal = true", new(2, 1, 16, 16), ""),
        Make("causal", "Softcap = 5, QkNorm = Rms, LearnedSinks = true", new(4, 2, 16, 20), "", "rope"),
        Make("exclusive", "Causal = true", new(1, 1, 12, 12), ""),
        Make("causal", "", new(9, 1, 8, 8), ""),
        Make("causal", "", new(20, 1, 8, 4), ""),
        Make("causal", "QkNorm = L2", new(1, 1, 168, 168), "", "rope"),
        Make("causal", "", new(1, 1, 8, 516), ""),
        Make("causal", "", new(4, 1, 16, 16), "Precision = BFloat16"),
        Make("causal", "", new(2, 1, 36, 20), "Precision = Half", "alibi"),
        Make("local", "WindowLeft = 9, Causal = true", new(2, 1, 64, 72), "Precision = BFloat16"),
        Make("differential", "Causal = true", new(1, 1, 20, 12), "Precision = Half"),
        .. FunctionVariants.All.Where(static functions => functions.Name is "per head" or "log").Select(static functions => Make("causal", "", new(2, 1, 16, 16), "") with { Functions = functions }),
    ];

    /// <summary>The compiled host of a declaration. They compile in batches, so that a test of one does not wait for all.</summary>
    public static GpuCacheHost Host(int index) => Compiled[index / 8].Value[index % 8];

    private static Declaration Make(string type, string arguments, HeadShape shape, string cache, params string[] encodings) =>
        new(type, Argument.ParseList(typeof(AttentionAttribute), arguments), [.. encodings.Select(static name => new EncodingDeclaration(name, []))], shape) { Cache = Argument.ParseList(typeof(KvCacheAttribute), cache) };
}
