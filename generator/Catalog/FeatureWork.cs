using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>What an attention by feature maps costs.</summary>
public static class FeatureWork
{
    /// <summary>
    /// Floating-point operations of one token, all heads: its projections, its key's part of the state, and its reading of the state.
    /// A causal kernel adds the pairs within a chunk.
    /// </summary>
    public static long FlopsPerToken(AttentionShape shape, FeatureMap map)
    {
        long projection = map.IsProjected ? 2L * map.Features * shape.HeadDim : 0;
        long state = 2L * map.Features * shape.ValueDim;
        return (projection + state) * (shape.Heads + shape.KvHeads);
    }
}
