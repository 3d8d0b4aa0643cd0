using System.Collections.Generic;

namespace AttentionGen.Generator.Catalog;

/// <summary>Scaled dot-product attention over all keys.</summary>
public sealed class StandardAttention : AttentionType
{
    public override string Name => "standard";

    public override IReadOnlyList<string> Aliases => ["mha", "sdpa", "scaled_dot_product_attention"];

    public override string Summary => "softmax over all keys (Vaswani et al. 2017)";
}
