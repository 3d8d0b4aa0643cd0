using System;
using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Vectors for clipped distances, which the query is compared with and which are added to the values. The query is taken before a
/// rotation, if there is one, so that the term depends on nothing but the distance.
/// </summary>
public sealed class RelativeEncoding : PositionalEncoding
{
    private const int DefaultMost = 32;

    /// <summary>Past this the tables of one row no longer fit a first-level cache.</summary>
    private const int GreatestMost = 4096;

    public override string Name => "relative";

    public override string Summary => "score += q.rK[clip(j - i)], output += sum of p rV[clip(j - i)] (Shaw et al. 2018)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("MaxRelativePosition", ParameterKind.Int, "32", 1, "positions", "Distances are clipped to plus or minus this.") { Maximum = GreatestMost },
        new("Values", ParameterKind.Flag, "true", 0, "", "Whether distances have value vectors too."),
        new("Scaled", ParameterKind.Flag, "true", 0, "", "Whether the distance term is multiplied by the scale, as q.k is."),
    ];

    public override DistanceVectors Distances(EncodingSpec encoding) => new(
        encoding.Int("MaxRelativePosition", DefaultMost),
        encoding.Int("Values", 1) != 0,
        encoding.Int("Scaled", 1) != 0);

    public override IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec, EncodingSpec encoding) => [new Term(Distances(encoding))];

    /// <summary>A layer's tables start as Glorot and Bengio (2010) normal.</summary>
    public override IEnumerable<LearnedTensor> Tensors(AttentionSpec spec, EncodingSpec encoding)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        DistanceVectors distances = Distances(encoding);
        yield return new LearnedTensor("relative_keys", "RelativeKeys", distances.Count, shape.HeadDim, Start(distances.Count, shape.HeadDim));
        if (distances.HasValues)
        {
            yield return new LearnedTensor("relative_values", "RelativeValues", distances.Count, shape.ValueDim, Start(distances.Count, shape.ValueDim));
        }
    }

    private static string Start(int rows, int columns) => $"Normal({Literals.Of(Math.Sqrt(2.0 / (rows + columns)))})";

    private sealed class Term(DistanceVectors distances) : DistanceStep(ScoreOrder.Term, "DistanceTerms", distances.Most, isPerRow: true)
    {
        public override IReadOnlyList<string> Settings { get; } = distances.HasValues
            ? [$"RelativeDistances = {distances.Count}, HasRelativeValues = true,"]
            : [$"RelativeDistances = {distances.Count},"];
    }
}
