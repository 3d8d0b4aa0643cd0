using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>One rule broken by one declaration.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Place">The attribute argument or the part of a user function it is about.</param>
/// <param name="Words">What the rule's message is filled with.</param>
/// <param name="Remedies">Edits of the attributes that would mend it, the likeliest first.</param>
public sealed record Violation(DiagnosticDescriptor Rule, Place Place, EquatableArray<string> Words, EquatableArray<Remedy> Remedies)
{
    /// <summary>The rule's id.</summary>
    public string Id => Rule.Id;

    /// <summary>How bad it is: the rule's own severity, but for the milder cases of a rule that has both.</summary>
    public DiagnosticSeverity Severity { get; init; } = Rule.DefaultSeverity;

    /// <summary>Whether no kernel can be written for the declaration. Does not depend on how the user configures severities.</summary>
    public bool IsBlocking => Severity == DiagnosticSeverity.Error;

    /// <summary>The message in full.</summary>
    public string Message =>
        string.Format(CultureInfo.InvariantCulture, Rule.MessageFormat.ToString(CultureInfo.InvariantCulture), [.. Words.Cast<object>()]);
}

/// <summary>What a violation is about. Names an attribute and an argument, or a node of a user function, never a location: the analyzer knows where they stand.</summary>
/// <param name="Kind">The attribute, or the class.</param>
/// <param name="Index">Which <c>[PositionalEncoding]</c>, in source order; 0 otherwise.</param>
/// <param name="Argument">The argument ("Type" also when it is positional); null for the attribute as a whole.</param>
public sealed record Place(PlaceKind Kind, int Index, string? Argument)
{
    /// <summary>Where in a user function; null for attributes.</summary>
    public FunctionPlace? Node { get; init; }

    /// <summary>A part of a user function.</summary>
    public static Place Function(FunctionPlace node) => new(PlaceKind.Function, 0, null) { Node = node };

    /// <summary>One of the class's own members: <see cref="Index"/> counts those of that name.</summary>
    public static Place Member(string name, int index) => new(PlaceKind.Member, index, name);

    /// <summary>The class's name.</summary>
    public static Place Host { get; } = new(PlaceKind.Host, 0, null);

    /// <summary>An argument of <c>[Attention]</c>, or the attribute.</summary>
    public static Place Attention(string? argument = null) => new(PlaceKind.Attention, 0, argument);

    /// <summary>An argument of a <c>[PositionalEncoding]</c>, or the attribute.</summary>
    public static Place Encoding(int index, string? argument = null) => new(PlaceKind.Encoding, index, argument);

    /// <summary>An argument of <c>[KvCache]</c>, or the attribute.</summary>
    public static Place Cache(string? argument = null) => new(PlaceKind.Cache, 0, argument);

    /// <summary>Where a shared argument was written. The assembly's model is not the host's own, so there the whole <c>[Attention]</c> is named.</summary>
    public static Place Of(AttentionSpec spec, string argument) => spec.Find(argument)?.Source switch
    {
        ArgumentSource.Attention => Attention(argument),
        ArgumentSource.ClassModel => new Place(PlaceKind.Model, 0, argument),
        _ => Attention(),
    };
}

/// <summary>What a <see cref="Place"/> stands on.</summary>
public enum PlaceKind
{
    /// <summary>The host class.</summary>
    Host,

    /// <summary><c>[Attention]</c>.</summary>
    Attention,

    /// <summary><c>[Model]</c> on the class.</summary>
    Model,

    /// <summary>A <c>[PositionalEncoding]</c>.</summary>
    Encoding,

    /// <summary><c>[KvCache]</c>.</summary>
    Cache,

    /// <summary>A member of the class, by name and <see cref="Place.Index"/>.</summary>
    Member,

    /// <summary>A method of the class, by <see cref="Place.Node"/>.</summary>
    Function,
}
