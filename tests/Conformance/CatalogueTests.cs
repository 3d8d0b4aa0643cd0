using AttentionGen.Conformance.Declarations;
using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>The catalogue and the oracle know the same names: what the oracle lacks could not be judged.</summary>
public class CatalogueTests
{
    [Fact]
    public void Every_attention_type_has_an_oracle_rule() =>
        Assert.Equal(Catalogue.AllTypes.Select(entry => entry.Name).Order(StringComparer.Ordinal), ReferenceTypes.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_encoding_has_an_oracle_definition() =>
        Assert.Equal(Catalogue.Encodings.Select(entry => entry.Name).Order(StringComparer.Ordinal), ReferenceEncodings.All.Keys.Order(StringComparer.Ordinal));
}
