using System.Globalization;
using AttentionGen.Generator.Spec;

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
        ],
    };

    public static IReadOnlyList<Argument[]> Of(CatalogueEntry entry)
    {
        IEnumerable<string> generated = entry.Parameters.SelectMany(Settings).Select(setting => setting + ", CausalAlignment = BottomRight");
        IEnumerable<string> texts = Common.Concat(Picked.GetValueOrDefault(entry.Name, [])).Concat(Picked.ContainsKey(entry.Name) ? [] : generated);
        return [.. texts.Distinct().Select(text => Argument.ParseList(typeof(AttentionAttribute), text))];
    }

    private static IEnumerable<string> Settings(ParameterSpec parameter) => parameter.Kind switch
    {
        ParameterKind.Int => [Setting(parameter.Name, parameter.Minimum), Setting(parameter.Name, parameter.Minimum + 1), Setting(parameter.Name, parameter.Minimum + 22)],
        ParameterKind.Double => [Setting(parameter.Name, parameter.Minimum + 0.25), Setting(parameter.Name, parameter.Minimum + 1.5)],
        ParameterKind.Flag => [parameter.Name + " = true", parameter.Name + " = false"],
        _ => [],
    };

    private static string Setting(string name, double value) => string.Create(CultureInfo.InvariantCulture, $"{name} = {value}");
}
