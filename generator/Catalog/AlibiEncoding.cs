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
        new("Combined", ParameterKind.Flag, "false", 0, "", "Says that it is meant to stand beside a rotary encoding."),
    ];

    public override IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec, EncodingSpec encoding) => [new Descent(encoding)];

    private sealed class Descent(EncodingSpec encoding) : ScoreStep
    {
        public override ScoreOrder Order => ScoreOrder.Bias;

        public override IEnumerable<StepValue> Values(Dialect dialect) => [new("float", "slope", $"{dialect.Call}Slopes[head] * Log2OfE")];

        public override IReadOnlyList<string> Settings =>
            [$"Slopes = {(encoding.Find("Slopes") is { } given ? Literals.Of(given.Numbers) : "global::AttentionGen.Kernels.AlibiSlopes.For(Heads)")},"];

        public override IEnumerable<string> Prepare(Dialect dialect) => [$"{dialect.Float} descent = {dialect.Broadcast("-slope")};"];

        public override string Apply(Dialect dialect, ScoreAt at) =>
            dialect.MultiplyAdd("descent", dialect.Absolute(dialect.Subtract(at.Key, at.Query)), at.Score);
    }
}
