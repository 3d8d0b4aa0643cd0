using System.Globalization;

namespace AttentionGen.Analyzers.Tests.Fuzz;

/// <summary>One declaration nobody wrote by hand, in parts that can be taken out again to find what made a test fail.</summary>
/// <param name="Shell">The class around the attributes: <c>{0}</c> is where they stand, <c>{1}</c> the members.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Members">What the class contains.</param>
internal sealed record Soup(string Shell, IReadOnlyList<SoupAttribute> Attributes, string Members)
{
    public const string Plain = "{0} public static partial class Host {{ {1} }}";

    /// <summary>The declaration as a file, in a namespace of its own.</summary>
    public string Source(int number) =>
        $"using AttentionGen;\nnamespace N{number}\n{{\n{string.Format(CultureInfo.InvariantCulture, Shell, string.Join('\n', Attributes), Members)}\n}}\n";

    /// <summary>The same with one part fewer.</summary>
    public IEnumerable<Soup> Shrink()
    {
        if (Members.Length > 0)
        {
            yield return this with { Members = "" };
        }

        for (int i = 0; i < Attributes.Count; i++)
        {
            yield return this with { Attributes = [.. Attributes.Where((_, index) => index != i)] };
        }

        for (int i = 0; i < Attributes.Count; i++)
        {
            foreach (SoupAttribute smaller in Attributes[i].Shrink())
            {
                yield return this with { Attributes = [.. Attributes.Select((attribute, index) => index == i ? smaller : attribute)] };
            }
        }

        if (Shell != Plain)
        {
            yield return this with { Shell = Plain };
        }
    }

    public override string ToString() => Source(0) is { Length: > 2000 } text ? text[..2000] + "..." : Source(0);
}

/// <summary>One attribute of a <see cref="Soup"/>.</summary>
/// <param name="Name">Its class.</param>
/// <param name="Arguments">The arguments as text.</param>
internal sealed record SoupAttribute(string Name, IReadOnlyList<string> Arguments)
{
    public IEnumerable<SoupAttribute> Shrink() =>
        Enumerable.Range(0, Arguments.Count).Select(i => this with { Arguments = [.. Arguments.Where((_, index) => index != i)] });

    public override string ToString() => Arguments.Count == 0 ? $"[{Name}]" : $"[{Name}({string.Join(", ", Arguments)})]";
}
