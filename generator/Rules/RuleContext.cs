using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>One declaration under judgement: what every rule looks at, and where it puts what it finds.</summary>
internal sealed class RuleContext
{
    private readonly List<Violation> _violations = [];

    public RuleContext(AttentionSpec spec, CompilationFacts facts)
    {
        Spec = spec;
        Facts = facts;
        Shape = AttentionShape.Of(spec);
        Type = Catalog.Catalog.FindType(spec.Type);
        Window = Type?.Name == "local" ? WindowShape.Of(spec) : null;
        Encodings = [.. spec.Encodings.Select((encoding, index) => new EncodingUse(encoding, index, Catalog.Catalog.FindEncoding(encoding.Type)))];
    }

    public AttentionSpec Spec { get; }

    public CompilationFacts Facts { get; }

    /// <summary>The concluded numbers; where the declaration is broken they may be zero or negative.</summary>
    public AttentionShape Shape { get; }

    /// <summary>The attention type; null when there is none of that name.</summary>
    public AttentionType? Type { get; }

    /// <summary>The window of local attention; null for other types.</summary>
    public WindowShape? Window { get; }

    public IReadOnlyList<EncodingUse> Encodings { get; }

    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>The first use of an encoding, by its canonical name.</summary>
    public EncodingUse? Encoding(string name) => Encodings.FirstOrDefault(use => use.Known?.Name == name);

    public void Report(DiagnosticDescriptor rule, Place place, object[] words, params Remedy[] remedies) =>
        Report(rule, rule.DefaultSeverity, place, words, remedies);

    /// <summary>Reports a case of a rule that is less severe than the rule's others.</summary>
    public void Report(DiagnosticDescriptor rule, DiagnosticSeverity severity, Place place, object[] words, params Remedy[] remedies)
    {
        // What the assembly's model says can't be taken back at the host: removing its place would remove the whole declaration.
        IEnumerable<Remedy> possible = remedies.Where(static remedy => !remedy.Edits.Any(static edit => edit is { Value: null, Place: { Kind: PlaceKind.Attention, Argument: null } }));
        _violations.Add(new Violation(rule, place, new EquatableArray<string>(words.Select(Word)), new EquatableArray<Remedy>(possible)) { Severity = severity });
    }

    /// <summary>A number or a name as a message shows it, the same on every machine.</summary>
    public static string Word(object word) => word switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => word.ToString() ?? "",
    };
}

/// <summary>One <c>[PositionalEncoding]</c> of the declaration.</summary>
/// <param name="Spec">As written.</param>
/// <param name="Index">Its index in source order.</param>
/// <param name="Known">The catalogue's entry; null when there is none of that name.</param>
internal sealed record EncodingUse(EncodingSpec Spec, int Index, PositionalEncoding? Known)
{
    /// <summary>Positions in its table, 0 for an encoding without one.</summary>
    public int Positions => Known?.Positions(Spec) ?? 0;

    /// <summary>One of its arguments, or the attribute when that argument was not written.</summary>
    public Place Place(string argument) => Rules.Place.Encoding(Index, Spec.Find(argument) is null ? null : argument);
}
