using System.Globalization;
using AttentionGen.Generator.Spec;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Declarations;

/// <summary>
/// The parameter settings a type is tested with: hand-picked edges for the types that have them, and for every parameter of every
/// catalogue entry its least value and one near it, so that a new entry is tested without naming it here.
/// </summary>
public static class TypeVariants
{
    // Settings that every attention type takes.
    private static readonly string[] Common =
    [
        "",
        "Causal = true, CausalAlignment = BottomRight",
        "CausalAlignment = TopLeft, Temperature = 0.5",
        "CausalAlignment = BottomRight, Scale = 0.19",
    ];

    // Modifiers, alone and together; every type with scores meets every one of these lines.
    private static readonly string[] Modifiers =
    [
        "CausalAlignment = BottomRight, Softcap = 3",
        "CausalAlignment = BottomRight, QkNorm = Rms, Softcap = 50",
        "CausalAlignment = TopLeft, QkNorm = L2, Scale = 10, LearnedSinks = true",
        "CausalAlignment = TopLeft, Dropout = 0.3, LearnedSinks = true",
        "CausalAlignment = BottomRight, QkNorm = Rms, Dropout = 0.85",
    ];

    // Types that can't be causal (ATTN028).
    private static readonly string[] OnlyWholeSequences = ["landmark", "localglobal"];

    private static readonly Dictionary<string, string[]> Picked = new()
    {
        ["standard"] = ["Causal = true", "Causal = true, CausalAlignment = TopLeft"],
        ["causal"] = ["CausalAlignment = TopLeft", "CausalAlignment = BottomRight"],
        ["local"] =
        [
            "Window = 8, CausalAlignment = TopLeft",
            "Window = 7, CausalAlignment = BottomRight, Sinks = 3",
            "Window = 128, Causal = true, CausalAlignment = BottomRight",
            "WindowLeft = 16, WindowRight = 0, CausalAlignment = TopLeft",
            "WindowLeft = 5, WindowRight = 3, Sinks = 1, CausalAlignment = BottomRight",
            "WindowRight = 33, CausalAlignment = BottomRight",
            "WindowLeft = 64, Sinks = 20, Causal = true, CausalAlignment = BottomRight",
            "Window = 33, Sinks = 70, CausalAlignment = TopLeft",
            "Window = 250, Sinks = 40, CausalAlignment = BottomRight",
        ],
        ["strided"] =
        [
            "CausalAlignment = TopLeft",
            "Stride = 7, Local = 0, CausalAlignment = BottomRight",
            "Stride = 3, Local = 20, CausalAlignment = TopLeft",
            "Stride = 16, Local = 5, Causal = true, CausalAlignment = BottomRight",
            "Stride = 1, Local = 2, CausalAlignment = BottomRight",
            "Stride = 130, Local = 64, Causal = true, CausalAlignment = TopLeft",
        ],
        ["kvstrided"] = ["Stride = 1", "Stride = 3", "Stride = 17, Causal = true, CausalAlignment = BottomRight", "Stride = 2, Causal = true, CausalAlignment = TopLeft"],
        ["block"] =
        [
            "BlockSize = 64, CausalAlignment = TopLeft",
            "BlockSize = 7, Neighbours = 1, CausalAlignment = BottomRight",
            "BlockSize = 16, Neighbours = 3, Causal = true, CausalAlignment = BottomRight",
            "BlockSize = 100, CausalAlignment = BottomRight",
            "BlockSize = 1, CausalAlignment = TopLeft",
        ],
        ["localglobal"] =
        [
            "CausalAlignment = TopLeft",
            "Window = 9, GlobalTokens = 1, CausalAlignment = BottomRight",
            "Window = 16, GlobalTokens = 40, CausalAlignment = TopLeft",
            "Window = 50, GlobalTokens = 60, CausalAlignment = BottomRight",
            "Window = 33, GlobalTokens = 7, Fusion = Average, CausalAlignment = BottomRight",
            "Fusion = Average, CausalAlignment = TopLeft",
        ],
        ["landmark"] = ["Landmarks = 1", "Landmarks = 2", "Landmarks = 33", "Landmarks = 64", "Landmarks = 600"],
        ["relative"] =
        [
            "MaxRelativePosition = 1",
            "MaxRelativePosition = 5, Values = false",
            "MaxRelativePosition = 5, Scaled = false, Causal = true, CausalAlignment = BottomRight",
            "MaxRelativePosition = 200, CausalAlignment = BottomRight",
            "MaxRelativePosition = 32, Causal = true, CausalAlignment = TopLeft",
            "MaxRelativePosition = 16, Scaled = false, Scale = 0.19, Values = false",
        ],
        ["t5"] =
        [
            "Buckets = 2, MaxDistance = 5",
            "Buckets = 4, MaxDistance = 3, CausalAlignment = BottomRight",
            "Buckets = 32, MaxDistance = 20, Causal = true, CausalAlignment = BottomRight",
            "Buckets = 8, MaxDistance = 600, Bidirectional = false, CausalAlignment = BottomRight",
            "Buckets = 16, Scale = 0.125",
        ],
        ["crossmemory"] = ["FusionRatio = 0", "FusionRatio = 1", "FusionRatio = 0.3, Residual = true", "FusionRatio = 0.75, Causal = true, CausalAlignment = BottomRight"],
        ["linear"] = ["Causal = true, CausalAlignment = TopLeft", "Causal = true", "FeatureMap = EluPlusOne"],
        ["performer"] =
        [
            "Features = 1",
            "Features = 7, FeatureSeed = 5, Causal = true, CausalAlignment = TopLeft",
            "Features = 64, Causal = true, CausalAlignment = BottomRight",
            "Features = 33, Kernel = Relu",
            "Features = 50, Kernel = Relu, Causal = true",
            "Features = 96, Kernel = Elu, FeatureSeed = -3",
            "Features = 20, Kernel = Elu, Causal = true, CausalAlignment = BottomRight",
        ],
        ["differential"] = ["Lambda = 0.2", "Lambda = 1, Causal = true, CausalAlignment = BottomRight"],
    };

    public static IReadOnlyList<Argument[]> Of(CatalogueEntry entry)
    {
        IEnumerable<string> generated = entry.Parameters.SelectMany(Settings).Select(setting => setting + ", CausalAlignment = BottomRight");
        IEnumerable<string> texts = Common.Where(text => !OnlyWholeSequences.Contains(entry.Name) || !text.Contains("Causal = true")).Concat(FeatureAttention.Covers(entry.Name) ? [] : Modifiers).Concat(Picked.GetValueOrDefault(entry.Name, [])).Concat(Picked.ContainsKey(entry.Name) ? [] : generated);
        return [.. texts.Distinct().Select(text => Argument.ParseList(typeof(AttentionAttribute), text))];
    }

    /// <summary>The least values of a parameter and some near them.</summary>
    internal static IEnumerable<string> Settings(ParameterSpec parameter) => parameter.Kind switch
    {
        ParameterKind.Int => [Setting(parameter.Name, parameter.Minimum), Setting(parameter.Name, parameter.Minimum + 1), Setting(parameter.Name, parameter.Minimum + 22)],
        ParameterKind.Double => [Setting(parameter.Name, parameter.Minimum + 0.25), Setting(parameter.Name, parameter.Minimum + 1.5)],
        ParameterKind.Flag => [parameter.Name + " = true", parameter.Name + " = false"],
        _ => [],
    };

    private static string Setting(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name} = {value}");
}
