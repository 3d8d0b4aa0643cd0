namespace AttentionGen.Conformance.Declarations;

/// <summary>Declarations that particular tests need besides the sample.</summary>
public static class Specials
{
    public static Declaration Standard { get; } = Make("standard", "", new(4, 4, 16, 16));

    public static Declaration Grouped { get; } = Make("standard", "", new(4, 2, 16, 16));

    public static Declaration AnyLengths { get; } = Make("causal", "CausalAlignment = BottomRight", new(2, 1, 64, 64));

    public static Declaration Rope { get; } = Make("standard", "", new(2, 2, 24, 16), "rope");

    public static Declaration CausalRope { get; } = Make("causal", "", new(8, 2, 64, 64), "rope");

    public static Declaration Local { get; } = Make("local", "Window = 17, Sinks = 2, Causal = true", new(2, 2, 40, 40));

    public static Declaration Wide { get; } = Make("standard", "", new(2, 2, 64, 64), "alibi");

    public static Declaration Bounded { get; } = Make("standard", "MaxLength = 64, MaxKeyLength = 96", new(2, 1, 16, 24));

    public static Declaration Relative { get; } = Make("relative", "MaxRelativePosition = 9, CausalAlignment = BottomRight", new(4, 2, 40, 24));

    public static Declaration T5 { get; } = Make("causal", "CausalAlignment = BottomRight", new(2, 1, 24, 24), "t5");

    public static Declaration CrossMemory { get; } = Make("crossmemory", "FusionRatio = 0.25, Residual = true", new(2, 2, 16, 24));

    public static Declaration Linear { get; } = Make("linear", "", new(4, 2, 24, 20));

    public static Declaration CausalLinear { get; } = Make("linear", "Causal = true, CausalAlignment = BottomRight", new(4, 2, 64, 64), "rope");

    public static Declaration Performer { get; } = Make("performer", "Features = 100", new(2, 2, 16, 16));

    public static Declaration CausalPerformer { get; } = Make("performer", "Features = 64, Causal = true, CausalAlignment = BottomRight", new(2, 1, 32, 40));

    public static Declaration CausalRelu { get; } = Make("performer", "Features = 40, Kernel = Relu, Causal = true", new(2, 2, 16, 16));

    public static Declaration CausalElu { get; } = Make("performer", "Features = 40, Kernel = Elu, Causal = true", new(2, 2, 16, 16));

    /// <summary>Attention by feature maps.</summary>
    public static IReadOnlyList<Declaration> Features { get; } = [Linear, CausalLinear, Performer, CausalPerformer, CausalRelu, CausalElu];

    /// <summary>The same random features in growing number.</summary>
    public static IReadOnlyList<Declaration> GrowingPerformers { get; } = [.. new[] { 16, 128, 1024 }.Select(features => Make("performer", $"Features = {features}", new(4, 4, 16, 16)))];

    public static IReadOnlyList<Declaration> All { get; } = [Relative, T5, CrossMemory, Standard, Grouped, AnyLengths, Rope, CausalRope, Local, Wide, Bounded, .. Features, .. GrowingPerformers];

    private static Declaration Make(string type, string arguments, HeadShape shape, params string[] encodings) =>
        new(type, Argument.ParseList(typeof(AttentionAttribute), arguments), [.. encodings.Select(name => new EncodingDeclaration(name, []))], shape);
}
