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

    public static IReadOnlyList<Declaration> All { get; } = [Relative, T5, CrossMemory, Standard, Grouped, AnyLengths, Rope, CausalRope, Local, Wide, Bounded];

    private static Declaration Make(string type, string arguments, HeadShape shape, params string[] encodings) =>
        new(type, Argument.ParseList(typeof(AttentionAttribute), arguments), [.. encodings.Select(name => new EncodingDeclaration(name, []))], shape);
}
