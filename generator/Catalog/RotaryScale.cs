using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>How a rotary encoding is stretched past the length that a model was trained on: the parameters, and the call that makes the frequencies.</summary>
public static class RotaryScale
{
    /// <summary>Values of <c>RotaryScaling</c>.</summary>
    public const int None = 0, Linear = 1, Ntk = 2, Yarn = 3, LongRope = 4, Llama3 = 5;

    /// <summary>The scalings' names, as messages give them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["None", "Linear", "Ntk", "Yarn", "LongRope", "Llama3"];

    /// <summary>The parameters.</summary>
    public static IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Scaling", ParameterKind.Enum, "RotaryScaling.None", 0, "", "How the encoding is stretched past the length it was trained on.") { Maximum = Llama3 },
        new("ScalingFactor", ParameterKind.Double, "1", 0, "", "How many times as long as in training sequences are."),
        new("OriginalMaxLength", ParameterKind.Int, "-", 1, "positions", "Yarn, LongRope, Llama3: positions the model was trained on."),
        new("BetaFast", ParameterKind.Double, "32", 0, "turns", "Yarn: pairs that turn more often over the original length stay as they are."),
        new("BetaSlow", ParameterKind.Double, "1", 0, "turns", "Yarn: pairs that turn less often are interpolated in full."),
        new("AttentionFactor", ParameterKind.Double, "by the method", 0, "", "Yarn, LongRope: factor on rotated queries and keys."),
        new("LowFrequencyFactor", ParameterKind.Double, "1", 0, "", "Llama3: wavelengths above OriginalMaxLength / this are stretched."),
        new("HighFrequencyFactor", ParameterKind.Double, "4", 0, "", "Llama3: wavelengths below OriginalMaxLength / this stay as they are."),
        new("ShortFactors", ParameterKind.Floats, "-", 0, "", "LongRope: one factor per pair, up to OriginalMaxLength."),
        new("LongFactors", ParameterKind.Floats, "-", 0, "", "LongRope: one factor per pair, past OriginalMaxLength."),
    ];

    /// <summary>The parameters that a scaling reads, besides <c>Scaling</c> itself.</summary>
    public static IReadOnlyList<string> Reads(int scaling) => scaling switch
    {
        Linear or Ntk => ["ScalingFactor"],
        Yarn => ["ScalingFactor", "OriginalMaxLength", "BetaFast", "BetaSlow", "AttentionFactor"],
        LongRope => ["ScalingFactor", "OriginalMaxLength", "AttentionFactor", "ShortFactors", "LongFactors"],
        Llama3 => ["ScalingFactor", "OriginalMaxLength", "LowFrequencyFactor", "HighFrequencyFactor"],
        _ => [],
    };

    /// <summary>The expression that makes the frequencies.</summary>
    public static string Frequencies(EncodingSpec encoding, int rotaryDim, bool isLong)
    {
        string start = $"{rotaryDim}, {Literals.Of(encoding.Double("Base", 10000))}";
        string factor = Literals.Of(encoding.Double("ScalingFactor", 1));
        int original = encoding.Int("OriginalMaxLength");
        string magnitude = encoding.Find("AttentionFactor") is { } given ? Literals.Of(given.Number) : "null";
        return "global::AttentionGen.Kernels.RotaryFrequencies." + encoding.Int("Scaling") switch
        {
            Linear => $"Linear({start}, {factor})",
            Ntk => $"Ntk({start}, {factor})",
            Yarn => $"Yarn({start}, {factor}, {original}, {Literals.Of(encoding.Double("BetaFast", 32))}, {Literals.Of(encoding.Double("BetaSlow", 1))}, {magnitude})",
            LongRope => $"LongRope({start}, {Literals.Of(encoding.Find(isLong ? "LongFactors" : "ShortFactors")!.Numbers)}, {factor}, {original}, {magnitude})",
            Llama3 => $"Llama3({start}, {factor}, {original}, {Literals.Of(encoding.Double("LowFrequencyFactor", 1))}, {Literals.Of(encoding.Double("HighFrequencyFactor", 4))})",
            _ => $"Plain({start})",
        };
    }
}
