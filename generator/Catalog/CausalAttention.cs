namespace AttentionGen.Generator.Catalog;

/// <summary>Attention to the past: <see cref="Spec.AttentionShape.Causal"/> recognises the name, as it does the flag.</summary>
public sealed class CausalAttention : AttentionType
{
    public override string Name => "causal";

    public override string Summary => "softmax over the keys at or before the query (Vaswani et al. 2017, decoder)";
}
