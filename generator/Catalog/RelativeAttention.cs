using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Standard attention with the encoding of the same name.</summary>
public sealed class RelativeAttention : AttentionType
{
    private readonly RelativeEncoding _encoding = new();

    public override string Name => "relative";

    public override string Summary => "softmax over all keys, with vectors for clipped distances (Shaw et al. 2018)";

    public override IReadOnlyList<ParameterSpec> Parameters => _encoding.Parameters;

    public override EncodingSpec OwnEncoding(AttentionSpec spec) => EncodingSpec.OfType(spec, _encoding.Name, _encoding.Parameters);
}
