using System;

namespace AttentionGen.Generator.Spec;

/// <summary>The numbers a valid spec comes to, with every default filled in. The one place where a default is decided.</summary>
/// <remarks>QueryDim counts the features of a query or key that one softmax compares: the head dim, or half of it where two softmaxes share a head.</remarks>
public sealed record AttentionShape(
    int DModel,
    int Heads,
    int KvHeads,
    int HeadDim,
    int QueryDim,
    int ValueDim,
    int MaxLength,
    int MaxKeyLength,
    double Scale,
    bool Causal,
    int Alignment,
    bool Cross)
{
    /// <summary>Query heads that share one key/value head.</summary>
    public int GroupSize => Heads / KvHeads;

    /// <summary>Concludes the numbers. Meaningful only for a spec without blocking violations; never throws.</summary>
    public static AttentionShape Of(AttentionSpec spec)
    {
        int heads = spec.Int("Heads");
        int headDim = spec.Int("HeadDim");
        int dModel = spec.Int("DModel");
        if (headDim == 0 && heads > 0)
        {
            headDim = dModel / heads;
        }

        if (dModel == 0)
        {
            dModel = unchecked(heads * headDim);
        }

        bool cross = spec.Flag("Cross") || spec.Type == "crossmemory";
        int queryDim = spec.Type == "differential" ? headDim / 2 : headDim;
        int maxLength = spec.Int("MaxLength");
        int maxKeyLength = spec.Int("MaxKeyLength");
        double temperature = spec.Double("Temperature", 1);
        double scale = spec.Find("Scale") is { } given ? given.Number : 1 / ((IsUnscaled(spec) ? 1 : Math.Sqrt(Math.Max(queryDim, 1))) * temperature);
        return new AttentionShape(
            DModel: dModel,
            Heads: heads,
            KvHeads: spec.Int("KvHeads", heads),
            HeadDim: headDim,
            QueryDim: queryDim,
            ValueDim: spec.Int("ValueDim", headDim),
            MaxLength: maxLength,
            MaxKeyLength: maxKeyLength == 0 ? maxLength : maxKeyLength,
            Scale: scale,
            Causal: spec.Type == "causal" || IsCausal(spec, cross),
            Alignment: spec.Int("CausalAlignment"),
            Cross: cross);
    }

    // A causal model's memories are there before its first position is: only the attention's own flag makes cross-attention causal.
    private static bool IsCausal(AttentionSpec spec, bool cross) =>
        spec.Find("Causal") is { Number: not 0 } causal && (!cross || causal.Source == ArgumentSource.Attention);

    // T5 folds the scale into its initial weights (Raffel et al. 2020).
    private static bool IsUnscaled(AttentionSpec spec) => spec.Type == "t5" || spec.Encoding("t5") is not null;
}
