namespace AttentionGen.Conformance.Declarations;

/// <summary>A declared layer.</summary>
public sealed record LayerDeclaration(string Name, string Type, string Arguments, int Width, HeadShape Shape, EncodingDeclaration[] Encodings, bool Cross = false, bool Bias = false)
{
    public static IReadOnlyList<LayerDeclaration> All { get; } =
    [
        new("PlainLayer", "standard", "", 24, new(3, 3, 8, 8), []),
        new("BiasedCausalLayer", "causal", "Bias = true", 32, new(4, 2, 8, 8), [], Bias: true),
        new("RotaryLocalLayer", "local", "Window = 8, Sinks = 1, Causal = true", 48, new(3, 1, 16, 16), [new("rope", [])]),
        new("SinusoidalLayer", "standard", "", 20, new(2, 2, 10, 10), [new("sinusoidal", [])]),
        new("LearnedLayer", "causal", "MaxLength = 64", 16, new(2, 1, 8, 12), [new("learned", Argument.ParseList(typeof(PositionalEncodingAttribute), "MaxLength = 64"))]),
        new("LearnableLayer", "standard", "", 20, new(2, 2, 10, 10), [new("sinusoidal", Argument.ParseList(typeof(PositionalEncodingAttribute), "Learnable = true, MaxLength = 90, Base = 300"))]),
        new("TwoTableLayer", "causal", "", 16, new(2, 1, 8, 8), [new("sinusoidal", []), new("learned", Argument.ParseList(typeof(PositionalEncodingAttribute), "MaxLength = 90"))]),
        new("CrossLayer", "standard", "Cross = true, Bias = true", 24, new(3, 3, 8, 8), [], Cross: true, Bias: true),
        new("CrossSinusoidalLayer", "standard", "Cross = true", 24, new(2, 1, 12, 12), [new("sinusoidal", [])], Cross: true),
        new("RelativeLayer", "relative", "MaxRelativePosition = 4, Causal = true", 24, new(3, 1, 8, 12), []),
        new("RelativeKeysLayer", "local", "Window = 9", 24, new(2, 2, 12, 12), [new("relative", Argument.ParseList(typeof(PositionalEncodingAttribute), "Values = false, Scaled = false"))]),
        new("T5Layer", "t5", "Buckets = 8, MaxDistance = 12", 24, new(3, 3, 8, 8), []),
        new("CausalT5Layer", "causal", "", 20, new(2, 1, 10, 10), [new("t5", [])]),
        new("CrossMemoryLayer", "crossmemory", "FusionRatio = 0.3, Residual = true, Bias = true", 24, new(3, 3, 8, 8), [], Cross: true, Bias: true),
        new("LinearLayer", "linear", "Causal = true", 32, new(4, 2, 8, 12), [new("rope", [])]),
        new("PerformerLayer", "performer", "Features = 24", 24, new(3, 3, 8, 8), [new("sinusoidal", [])]),
        new("CrossLinearLayer", "linear", "Cross = true", 24, new(2, 1, 12, 12), [], Cross: true),
        new("ModifiedLayer", "causal", "QkNorm = Rms, LearnedSinks = true, Softcap = 20", 32, new(4, 2, 8, 8), [new("rope", [])]),
        new("DifferentialLayer", "differential", "QkNorm = Rms, SinkLogits = [0.5 -1]", 24, new(2, 2, 12, 12), []),
        new("LandmarkLayer", "landmark", "Landmarks = 5, QkNorm = L2, Scale = 4", 24, new(2, 1, 12, 12), []),
        new("BFloat16Layer", "causal", "Bias = true, WeightPrecision = BFloat16", 40, new(4, 2, 10, 10), [new("rope", [])], Bias: true),
        new("Int8CrossLayer", "standard", "Cross = true, WeightPrecision = Int8", 72, new(3, 1, 24, 24), [], Cross: true),
        new("AlibiLayer", "causal", "Bias = true", 30, new(3, 3, 10, 6), [new("alibi", [])], Bias: true),
        new("WindowFunctionLayer", "standard", "", 24, new(3, 3, 8, 8), [new("rope", [])]) { Functions = FunctionVariants.Find("local causal") },
        new("MaskFunctionLayer", "custom", "", 24, new(2, 1, 12, 12), []) { Functions = FunctionVariants.Find("hash") },
        new("ScoreFunctionLayer", "causal", "", 32, new(4, 2, 8, 8), []) { Functions = FunctionVariants.Find("table of distances") },
        new("BothFunctionsLayer", "standard", "Cross = true, CausalAlignment = BottomRight", 24, new(2, 2, 12, 12), [], Cross: true) { Functions = FunctionVariants.All[^1] },
    ];

    /// <summary>The causal forms of those that read their own past: over caches.</summary>
    public static IReadOnlyList<LayerDeclaration> Cached { get; } =
    [
        .. All.Where(layer => !layer.Cross && layer.Kernel.HasScores && layer.Type != "landmark").Select((layer, n) => layer with
        {
            Name = "Cached" + layer.Name,
            Arguments = layer.Kernel.IsCausal ? layer.Arguments : layer.Arguments.Length == 0 ? "Causal = true" : layer.Arguments + ", Causal = true",
            Cache = n % 2 == 0 ? "PageTokens = 16" : "",
        }),
        new("WideCachedLayer", "causal", "WeightPrecision = Int8", 512, new(8, 2, 64, 64), [new("rope", [])]) { Cache = "" },
        new("BoundedCachedLayer", "causal", "MaxLength = 20, MaxKeyLength = 60", 16, new(2, 1, 8, 12), [new("sinusoidal", Argument.ParseList(typeof(PositionalEncodingAttribute), "Learnable = true, MaxLength = 60"))]) { Cache = "Capacity = 60" },
        new("ByteCachedLayer", "causal", "", 16, new(2, 1, 8, 8), []) { Cache = "Precision = Int8" },
    ];

    /// <summary>The arguments of <c>[KvCache]</c>; null: there is none.</summary>
    public string? Cache { get; init; }

    private Argument[] Written => Argument.ParseList(typeof(AttentionAttribute), Arguments);

    /// <summary>The attributes as a user writes them.</summary>
    public string Attributes =>
        $"[global::AttentionGen.Attention(Type = \"{Type}\", DModel = {Width}, Heads = {Shape.Heads}, KvHeads = {Shape.KvHeads}, HeadDim = {Shape.HeadDim}, ValueDim = {Shape.ValueDim}{string.Concat(Written.Select(a => $", {a.Name} = {a.Code}"))})]\n"
        + string.Join('\n', Encodings.Select(e => e.ToSource()))
        + (Cache is null ? "" : $"\n[global::AttentionGen.KvCache({string.Join(", ", Argument.ParseList(typeof(KvCacheAttribute), Cache).Select(a => $"{a.Name} = {a.Code}"))})]");

    /// <summary>Whether it has a learned position table.</summary>
    public bool LearnsPositions => Encodings.Any(IsLearned);

    /// <summary>Whether an encoding brings a learned table.</summary>
    public static bool IsLearned(EncodingDeclaration encoding) => encoding.Name == "learned" || encoding.Arguments.Any(argument => argument is { Name: "Learnable", Number: not 0 });

    /// <summary>The class's own functions; null: none.</summary>
    public FunctionDeclaration? Functions { get; init; }

    /// <summary>What the kernel inside computes.</summary>
    public Declaration Kernel => new(Type, Written, Encodings, Shape) { Functions = Functions };
}
