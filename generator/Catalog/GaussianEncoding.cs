using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A penalty on the scores that grows with the square of the distance, so that weights are multiplied by a bell curve around the query.</summary>
public sealed class GaussianEncoding : PositionalEncoding
{
    private const double DefaultDeviation = 64;

    public override string Name => "gaussian";

    public override string Summary => "score += -(i - j)^2 / (2 Deviation^2) (local Gaussian, Yang et al. 2018; the power kernel of KERPLE, Chi et al. 2022)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Deviation", ParameterKind.Double, "64", 1e-3, "positions", "Distance at which a weight falls to exp(-1/2)."),
    ];

    public override IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec, EncodingSpec encoding) => [new Bell(encoding.Double("Deviation", DefaultDeviation))];

    private sealed class Bell(double deviation) : ScoreStep
    {
        private const double Log2OfE = 1.4426950408889634;

        public override ScoreOrder Order => ScoreOrder.Bias;

        public override IEnumerable<string> Prepare(Dialect dialect) =>
            [$"{dialect.Float} curvature = {dialect.Broadcast(Literals.Of((float)(-Log2OfE / (2 * deviation * deviation))))};"];

        public override IEnumerable<string> Statements(Dialect dialect, ScoreAt at)
        {
            yield return $"{dialect.Float} distance = {dialect.Subtract(at.Key, at.Query)};";
            yield return $"{at.Score} = {dialect.MultiplyAdd(dialect.Multiply("curvature", "distance"), "distance", at.Score)};";
        }
    }
}
