namespace AttentionGen.Conformance.Scan;

/// <summary>A declared scan, as a kernel and as a layer: one for each way that channels and states meet registers.</summary>
public sealed record ScanDeclaration(int DModel, int Expansion, int StateSize, int Convolution = 4, int DtRank = 0)
{
    public static IReadOnlyList<ScanDeclaration> All { get; } =
    [
        new(32, 2, 16),
        new(1, 1, 1, 1, 1),
        new(5, 1, 3, 2),
        new(24, 3, 16, 3, 5),
        new(41, 2, 20, 4, 41),
        new(64, 1, 64, 7),
        new(7, 1, 128, 4),
        new(33, 1, 8, 5, 2),
        new(20, 4, 17, 40),
        new(128, 2, 16, 4),
        new(150, 1, 300, 2),
    ];

    public int InnerDim => DModel * Expansion;

    /// <summary>The rank that a layer takes.</summary>
    public int Rank => DtRank > 0 ? DtRank : (DModel + 15) / 16;

    private string Shape => $"DModel = {DModel}, Expansion = {Expansion}, StateSize = {StateSize}";

    /// <summary>The kernel host's attribute, as a user writes it.</summary>
    public string Kernel => $"[global::AttentionGen.Attention(\"mamba\", {Shape})]";

    /// <summary>The layer host's.</summary>
    public string Layer => $"[global::AttentionGen.Attention(\"mamba\", {Shape}, Convolution = {Convolution}, DtRank = {DtRank})]";

    public override string ToString() => $"d{DModel}x{Expansion}n{StateSize}c{Convolution}r{DtRank}";
}
