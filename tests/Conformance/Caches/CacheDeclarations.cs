using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.Caches;

/// <summary>The declarations that are tested over caches.</summary>
public static class CacheDeclarations
{
    private static readonly string[] Pages = ["", "PageTokens = 16", "PageTokens = 48", "PageTokens = 128, Capacity = 4000"];

    private static readonly string[] Lossy =
    [
        "Precision = Half", "Precision = BFloat16, PageTokens = 32", "Precision = Int8", "Precision = Int8, QuantBlock = 16, PageTokens = 16", "Precision = Int8, QuantBlock = 8",
        "Precision = Int8, QuantBlock = 32",
    ];

    /// <summary>A window and sinks, for rings.</summary>
    public static Declaration Ringed { get; } = Make("local", "Window = 17, Sinks = 2, Causal = true", new(2, 1, 40, 40), "PageTokens = 16", "rope");

    /// <summary>The most usual of all.</summary>
    public static Declaration Rope { get; } = Make("causal", "", new(4, 2, 64, 64), "", "rope");

    /// <summary>With ends.</summary>
    public static Declaration Bounded { get; } = Make("causal", "MaxLength = 20, MaxKeyLength = 60", new(2, 1, 16, 24), "Capacity = 60");

    /// <summary>Every sampled declaration that can be causal over a cache, in FP32: each type with each encoding, every variant and modifier.</summary>
    public static IReadOnlyList<Declaration> Exact { get; } =
    [
        .. KernelFactory.Declarations
            .Select(Causal).OfType<Declaration>()
            .DistinctBy(declaration => declaration.ToString())
            .Select((declaration, n) => declaration with { Cache = Parse(Pages[n % Pages.Length]) }),
        Ringed,
        Rope,
        Bounded,
        .. KernelFactory.Declarations.Select(Causal).OfType<Declaration>().Where(declaration => declaration.Encodings.Any(encoding => encoding.Arguments.Any(argument => argument.Name == "LongFactors"))).Take(1)
            .Select(declaration => declaration with { Cache = Parse("Capacity = 100") }),
    ];

    /// <summary>Every other precision, over types that change keys in no way before they are stored, so that the oracle can be given what the cache holds.</summary>
    public static IReadOnlyList<Declaration> Stored { get; } =
    [
        .. new[] { new HeadShape(4, 1, 64, 64), new HeadShape(2, 2, 32, 96), new HeadShape(8, 2, 128, 128), new HeadShape(6, 3, 160, 32) }.SelectMany(shape => Lossy.Select((cache, n) =>
            Make(n % 2 == 0 ? "causal" : "local", n % 2 == 0 ? "" : "WindowLeft = 200, Sinks = 3, Causal = true", shape, cache, n % 3 == 0 ? ["alibi"] : []))),
        Make("strided", "Stride = 16, Local = 5, Causal = true", new(4, 2, 64, 64), "Precision = Int8, QuantBlock = 32"),
        Make("differential", "Causal = true", new(2, 1, 64, 64), "Precision = BFloat16"),
        Make("relative", "MaxRelativePosition = 9, Causal = true", new(4, 2, 40, 24), "Precision = Half"),
    ];

    /// <summary>Keys that are normalised and rotated on their way to every lossy form.</summary>
    public static IReadOnlyList<Declaration> Rotated { get; } =
        [.. Lossy.Select(cache => Make("causal", "QkNorm = Rms", new(4, 2, 64, 64), cache, "rope"))];

    /// <summary>All of them, compiled together.</summary>
    public static IReadOnlyList<Declaration> All { get; } = [.. Exact, .. Stored, .. Rotated];

    // The causal form of a declaration; null where it has none. Dropout is for training.
    private static Declaration? Causal(Declaration declaration)
    {
        bool fits = declaration.HasScores && declaration.Alignment != CausalAlignment.TopLeft && declaration.Type is not ("landmark" or "localglobal" or "crossmemory")
            && declaration.Parameters.Int("Cross", 0) == 0;
        if (!fits)
        {
            return null;
        }

        Argument[] arguments = declaration.IsCausal ? declaration.Arguments : [.. declaration.Arguments.Where(argument => argument.Name is not ("Causal" or "Bidirectional")), .. Argument.ParseList(typeof(AttentionAttribute), "Causal = true")];
        return new Declaration(declaration.Type, arguments, declaration.Encodings, declaration.Shape) { Functions = declaration.Functions };
    }

    private static Declaration Make(string type, string arguments, HeadShape shape, string cache, params string[] encodings) =>
        new(type, Argument.ParseList(typeof(AttentionAttribute), arguments), [.. encodings.Select(name => new EncodingDeclaration(name, []))], shape) { Cache = Parse(cache) };

    private static Argument[] Parse(string cache) => Argument.ParseList(typeof(KvCacheAttribute), cache);
}
