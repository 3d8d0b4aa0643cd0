using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Every key but the query's own, so that a token can't answer itself.</summary>
public sealed class ExclusiveAttention : AttentionType
{
    public override string Name => "exclusive";

    public override string Summary => "softmax over every key but the query's own (diagonal masking, Lee et al. 2021)";

    public override KeyRange DeclaredRange(AttentionSpec spec) => new() { Hole = 0 };
}
