using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Sliding-window attention with optional sinks.</summary>
public sealed class LocalAttention : AttentionType
{
    /// <summary>The symmetric window when none is given.</summary>
    public const int DefaultWindow = 128;

    public override string Name => "local";

    public override string Summary => "softmax over a window around the query (Beltagy et al. 2020), with optional sinks (Xiao et al. 2023)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Window", ParameterKind.Int, "128", 1, "keys", "Symmetric window w: |i - j| <= w/2, inclusive."),
        new("WindowLeft", ParameterKind.Int, "0", 0, "keys", "Keys visible before the query; replaces Window."),
        new("WindowRight", ParameterKind.Int, "0", 0, "keys", "Keys visible after the query; replaces Window."),
        new("Sinks", ParameterKind.Int, "0", 0, "keys", "The first n keys are visible to every query."),
    ];

    public override KeyRange DeclaredRange(AttentionSpec spec)
    {
        int sinks = spec.Int("Sinks");
        if (spec.Find("WindowLeft") is not null || spec.Find("WindowRight") is not null)
        {
            return new KeyRange(spec.Int("WindowLeft"), spec.Int("WindowRight"), sinks);
        }

        int half = spec.Int("Window", DefaultWindow) / 2;
        return new KeyRange(half, half, sinks);
    }
}
