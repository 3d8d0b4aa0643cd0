using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Rules;

/// <summary>A way to mend a declaration, in terms of attribute arguments; the code fix carries it out.</summary>
/// <param name="Title">What the light bulb says.</param>
/// <param name="Edits">The edits, all together.</param>
public sealed record Remedy(string Title, EquatableArray<Edit> Edits)
{
    /// <summary>The diagnostic property that names the host to mend, where it is not the class that the diagnostic stands in.</summary>
    public const string Host = "host";

    private const char Separator = '|';

    /// <summary>A remedy of one or more edits.</summary>
    public static Remedy Of(string title, params Edit[] edits) => new(title, new EquatableArray<Edit>(edits));

    /// <summary>Remedies as diagnostic properties, the only thing that travels from an analyzer to a code fix.</summary>
    public static ImmutableDictionary<string, string?> Write(IReadOnlyList<Remedy> remedies)
    {
        ImmutableDictionary<string, string?>.Builder properties = ImmutableDictionary.CreateBuilder<string, string?>();
        for (int i = 0; i < remedies.Count; i++)
        {
            properties["title" + Digits(i)] = remedies[i].Title;
            properties["edits" + Digits(i)] = string.Join("\n", remedies[i].Edits.Select(Write));
        }

        return properties.ToImmutable();
    }

    /// <summary>The remedies that <see cref="Write(IReadOnlyList{Remedy})"/> wrote.</summary>
    public static IEnumerable<Remedy> Read(ImmutableDictionary<string, string?> properties)
    {
        for (int i = 0; properties.TryGetValue("title" + Digits(i), out string? title); i++)
        {
            properties.TryGetValue("edits" + Digits(i), out string? edits);
            yield return new Remedy(title ?? "", new EquatableArray<Edit>((edits ?? "").Split('\n').Select(Read)));
        }
    }

    private static string Write(Edit edit) => string.Join(
        Separator.ToString(),
        edit.Place.Kind.ToString(),
        Digits(edit.Place.Index),
        edit.Place.Argument ?? "",
        edit.Value is null ? "-" : "=" + edit.Value);

    private static Edit Read(string line)
    {
        string[] parts = line.Split([Separator], 4);
        var kind = (PlaceKind)Enum.Parse(typeof(PlaceKind), parts[0]);
        string? argument = parts[2].Length == 0 ? null : parts[2];
        return new Edit(
            new Place(kind, int.Parse(parts[1], CultureInfo.InvariantCulture), argument),
            parts[3][0] == '=' ? parts[3].Substring(1) : null);
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One edit of an attribute.</summary>
/// <param name="Place">The argument to write or remove; without an argument name, the attribute to remove.</param>
/// <param name="Value">The C# expression it gets; null removes it.</param>
public sealed record Edit(Place Place, string? Value)
{
    /// <summary>Gives an argument a whole number.</summary>
    public static Edit Set(Place place, long value) => new(place, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives a shared argument a whole number where it was written, or on <c>[Attention]</c>, whose value wins.</summary>
    public static Edit Set(AttentionSpec spec, string argument, long value)
    {
        Place place = Place.Of(spec, argument);
        return Set(place.Argument is null ? Place.Attention(argument) : place, value);
    }

    /// <summary>Removes an argument or an attribute.</summary>
    public static Edit Remove(Place place) => new(place, null);
}
