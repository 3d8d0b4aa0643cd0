namespace AttentionGen.Generator.Catalog;

/// <summary>Attention over the keys that the class's own <c>Keep</c> says.</summary>
public sealed class CustomAttention : AttentionType
{
    public override string Name => "custom";

    public override string Summary => "softmax over the keys for which the class's own Keep(query, key) is true";
}
