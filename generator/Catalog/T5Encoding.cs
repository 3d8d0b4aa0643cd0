using System;
using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A learned bias per head and bucket of distance. T5 does not scale scores, so the default scale is 1 wherever this is used.</summary>
public sealed class T5Encoding : PositionalEncoding
{
    private const int DefaultBuckets = 32;
    private const int DefaultMaxDistance = 128;
    private const int GreatestBuckets = 4096;

    /// <summary>Past this the table of one head no longer fits a second-level cache beside keys and values.</summary>
    private const int GreatestDistance = 16384;

    public override string Name => "t5";

    public override string Summary => "score += bias[h, bucket(j - i)], buckets exact for near distances, then log-spaced (T5, Raffel et al. 2020)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Buckets", ParameterKind.Int, "32", 2, "buckets", "Even.") { Maximum = GreatestBuckets },
        new("MaxDistance", ParameterKind.Int, "128", 1, "positions", "Distances from here on share the last bucket.") { Maximum = GreatestDistance },
        new("Bidirectional", ParameterKind.Flag, "true unless causal", 0, "", "Half of the buckets are for keys after the query."),
    ];

    /// <summary>Buckets of distance, over both directions.</summary>
    public static int Buckets(EncodingSpec encoding) => encoding.Int("Buckets", DefaultBuckets);

    /// <summary>The distance from which on all share a bucket.</summary>
    public static int MaxDistance(EncodingSpec encoding) => encoding.Int("MaxDistance", DefaultMaxDistance);

    public override IEnumerable<ScoreStep> ScoreSteps(AttentionSpec spec, EncodingSpec encoding)
    {
        bool bidirectional = !AttentionShape.Of(spec).Causal && encoding.Int("Bidirectional", 1) != 0;
        return [new Bias(Buckets(encoding), MaxDistance(encoding), bidirectional, isBucketFirst: !spec.Host.IsStatic)];
    }

    /// <summary>A layer's weight has T5's name and layout, and starts from T5's N(0, 1 / DModel).</summary>
    public override IEnumerable<LearnedTensor> Tensors(AttentionSpec spec, EncodingSpec encoding)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        yield return new LearnedTensor("relative_attention_bias.weight", "BucketBias", Buckets(encoding), shape.Heads, $"Normal({Literals.Of(1 / Math.Sqrt(Math.Max(shape.DModel, 1)))})");
    }

    private sealed class Bias(int buckets, int maxDistance, bool bidirectional, bool isBucketFirst) : DistanceStep(ScoreOrder.Bias, "BucketBiases", maxDistance, isPerRow: false)
    {
        public override IReadOnlyList<string> Settings { get; } =
            [$"Buckets = new global::AttentionGen.Kernels.DistanceBuckets({buckets}, {maxDistance}, bidirectional: {Literals.Of(bidirectional)}), IsBucketFirst = {Literals.Of(isBucketFirst)},"];

        public override IEnumerable<string> PrepareHead =>
            ["DistanceBuckets.Spread(call, (work.KvHead * GroupSize) + member, BucketBiasesMost, Lanes, At(workspace, BucketBiasesAt) + (member * BucketBiasesStride), BucketBiasesStride);"];
    }
}
