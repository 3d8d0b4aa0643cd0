using System.Collections;
using System.Reflection;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Conformance.Declarations;

/// <summary>An attention type or encoding that the generator knows.</summary>
public sealed record CatalogueEntry(string Name, ParameterSpec[] Parameters);

/// <summary>
/// What the generator's catalogue lists, read by reflection: the entries' own classes are the generator's business, their names and
/// parameters are all that the tests need.
/// </summary>
public static class Catalogue
{
    private const string ClassName = "AttentionGen.Generator.Catalog.Catalog";

    /// <summary>All types.</summary>
    public static IReadOnlyList<CatalogueEntry> AllTypes { get; } = Read("Types");

    /// <summary>The types with queries, keys and values. A scan has none, and a sample, an oracle and tests of its own.</summary>
    public static IReadOnlyList<CatalogueEntry> Types { get; } = [.. AllTypes.Where(entry => entry.Name != Reference.SelectiveScan.Name)];

    public static IReadOnlyList<CatalogueEntry> Encodings { get; } = Read("Encodings");

    private static CatalogueEntry[] Read(string member)
    {
        Type catalog = typeof(AttentionSpec).Assembly.GetType(ClassName) ?? throw new InvalidOperationException($"The generator has no {ClassName}.");
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static;
        object list = catalog.GetProperty(member, Any)?.GetValue(null) ?? catalog.GetField(member, Any)?.GetValue(null)
            ?? throw new InvalidOperationException($"{ClassName} has no {member}.");
        return [.. ((IEnumerable)list).Cast<object>().Select(entry => new CatalogueEntry((string)Member(entry, "Name"), [.. ((IEnumerable)Member(entry, "Parameters")).Cast<ParameterSpec>()]))];
    }

    private static object Member(object entry, string name) =>
        entry.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)?.GetValue(entry)
        ?? throw new InvalidOperationException($"{entry.GetType().Name} has no {name}.");
}
