using System.Reflection;
using AttentionGen.Generator.Catalog;

namespace AttentionGen.Generator.Tests;

/// <summary>The names a user sees (constants, lists and aliases of the runtime) are those the generator's catalogue knows.</summary>
public class NameTests
{
    [Fact]
    public void EveryTypeOfTheCatalogueHasAConstant()
    {
        Assert.Equal(Constants(typeof(AttentionTypes)), AttentionTypes.All);
        AssertSame(AttentionGen.Generator.Catalog.Catalog.Types.Select(static type => type.Name), AttentionTypes.All);
    }

    [Fact]
    public void EveryEncodingOfTheCatalogueHasAConstant()
    {
        Assert.Equal(Constants(typeof(PositionalEncodings)), PositionalEncodings.All);
        AssertSame(AttentionGen.Generator.Catalog.Catalog.Encodings.Select(static encoding => encoding.Name), PositionalEncodings.All);
    }

    [Fact]
    public void AliasesMeanTheSameInBoth()
    {
        foreach (AttentionType type in AttentionGen.Generator.Catalog.Catalog.Types)
        {
            Assert.All(type.Aliases.Append(type.Name), alias => Assert.Equal(type.Name, AttentionTypes.Find(alias)));
        }

        foreach (PositionalEncoding encoding in AttentionGen.Generator.Catalog.Catalog.Encodings)
        {
            Assert.All(encoding.Aliases.Append(encoding.Name), alias => Assert.Equal(encoding.Name, PositionalEncodings.Find(alias)));
        }

        Assert.Null(AttentionTypes.Find("no such type"));
        Assert.Null(PositionalEncodings.Find("no such encoding"));
    }

    private static void AssertSame(IEnumerable<string> catalogue, IEnumerable<string> constants)
    {
        Assert.Empty(catalogue.Except(constants));
        Assert.Empty(constants.Except(catalogue));
    }

    private static IEnumerable<string> Constants(Type names) =>
        names.GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.IsLiteral).Select(static field => (string)field.GetRawConstantValue()!);
}
