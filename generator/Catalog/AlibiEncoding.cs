using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A penalty on the scores that grows linearly with distance, at a slope of the head's own.</summary>
public sealed class AlibiEncoding : PositionalEncoding
{
    public override string Name => "alibi";

    public override string Summary => "score += -slope_h * |i - j| (ALiBi, Press et al. 2021)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Slopes", ParameterKind.Floats, "2^(-8(h+1)/H), interpolated when H is not a power of two", 0, "per position", "One slope per query head."),
    ];

    public override bool BiasesScores => true;

    public override IEnumerable<string> PrepareBias(Dialect dialect) =>
        [$"{dialect.Float} descent = {dialect.Broadcast("-slope")};"];

    public override string BiasScore(Dialect dialect, string score, string key, string query) =>
        dialect.MultiplyAdd("descent", dialect.Absolute(dialect.Subtract(key, query)), score);
}
