using System.Collections.Generic;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Standard attention with the encoding of the same name.</summary>
public sealed class T5Attention : AttentionType
{
    private readonly T5Encoding _encoding = new();

    public override string Name => "t5";

    public override string Summary => "unscaled softmax over all keys, with a bias per head and bucket of distance (T5, Raffel et al. 2020)";

    public override IReadOnlyList<ParameterSpec> Parameters => _encoding.Parameters;

    public override EncodingSpec OwnEncoding(AttentionSpec spec) => EncodingSpec.OfType(spec, _encoding.Name, _encoding.Parameters);
}
