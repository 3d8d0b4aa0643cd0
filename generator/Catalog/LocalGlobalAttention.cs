using System;
using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A window around the query, and global tokens that see and are seen by all.</summary>
public sealed class LocalGlobalAttention : AttentionType
{
    private const int DefaultWindow = 64;
    private const int DefaultGlobalTokens = 4;

    public override string Name => "localglobal";

    public override string Summary => "softmax over a window and global tokens, which see every key (Longformer, Beltagy et al. 2020)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Window", ParameterKind.Int, "64", 1, "keys", "Symmetric window w: |i - j| <= w/2, inclusive."),
        new("GlobalTokens", ParameterKind.Int, "4", 1, "tokens", "The first n tokens are visible to every query, and see every key."),
        new("Fusion", ParameterKind.Enum, "FusionMode.Joint", 0, "", "One softmax over both, or the mean of two softmaxes.") { Maximum = 1 },
    ];

    /// <summary>The declared window.</summary>
    public static int Window(AttentionSpec spec) => spec.Int("Window", DefaultWindow);

    public override IReadOnlyList<SoftmaxBranch> DeclaredBranches(AttentionSpec spec)
    {
        int reach = Math.Min(Window(spec) / 2, LocalAttention.LongestSequence);
        int tokens = Math.Min(spec.Int("GlobalTokens", DefaultGlobalTokens), LocalAttention.LongestSequence);
        KeyRange window = new() { Before = reach, After = reach };
        return spec.Int("Fusion") == 0
            ? [new SoftmaxBranch([window with { Sinks = tokens, GlobalRows = tokens }])]
            :
            [
                new SoftmaxBranch([window with { Name = "Window" }], Coefficient: 0.5),
                new SoftmaxBranch([new KeyRange { Name = "Global", Limit = tokens, GlobalRows = tokens }], Coefficient: 0.5),
            ];
    }
}
