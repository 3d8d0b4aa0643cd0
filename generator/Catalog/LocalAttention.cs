using System;
using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Sliding-window attention with optional sinks.</summary>
public sealed class LocalAttention : AttentionType
{
    /// <summary>No kernel takes more positions; a bound past it would only overflow index arithmetic.</summary>
    internal const int LongestSequence = 1 << 24;

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
        WindowShape window = WindowShape.Of(spec);
        return new KeyRange
        {
            Before = Math.Min(window.Left, LongestSequence),
            After = Math.Min(window.Right, LongestSequence),
            Sinks = Math.Min(window.Sinks, LongestSequence),
        };
    }
}
