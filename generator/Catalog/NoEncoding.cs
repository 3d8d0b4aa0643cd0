namespace AttentionGen.Generator.Catalog;

/// <summary>No position enters the attention.</summary>
public sealed class NoEncoding : PositionalEncoding
{
    public override string Name => "none";

    public override string Summary => "no position enters the attention";
}
