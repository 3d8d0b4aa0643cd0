using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether the type and the encodings exist, each once.</summary>
internal static class NameRules
{
    public static readonly DiagnosticDescriptor UnknownName = new(
        "ATTN045", "Unknown attention type or positional encoding", "There is no {0} '{1}'; did you mean '{2}'? Known: {3}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN045.md");

    public static readonly DiagnosticDescriptor DuplicateEncoding = new(
        "ATTN055", "Positional encoding declared twice", "The positional encoding '{0}' is declared {1} times and would be applied as often; keep one", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN055.md");

    /// <summary>Letters of an unknown name that a message shows and that are compared; the rest of a longer one is no misspelling.</summary>
    private const int LongestShown = 60;

    public static void Check(RuleContext context)
    {
        if (context.Type is null)
        {
            ReportUnknown(context, "attention type", context.Spec.Type, Place.Attention("Type"), [.. Catalog.Catalog.Types.Select(type => new KnownName(type.Name, type.Aliases))]);
        }

        foreach (EncodingUse use in context.Encodings.Where(use => use.Known is null))
        {
            ReportUnknown(context, "positional encoding", use.Spec.Type, Place.Encoding(use.Index, "Type"), [.. Catalog.Catalog.Encodings.Select(encoding => new KnownName(encoding.Name, encoding.Aliases))]);
        }

        foreach (IGrouping<string, EncodingUse> same in context.Encodings.Where(use => use.Known is not null).GroupBy(use => use.Known!.Name))
        {
            foreach (EncodingUse repeated in same.Skip(1))
            {
                Place attribute = Place.Encoding(repeated.Index);
                context.Report(DuplicateEncoding, attribute, [same.Key, same.Count()], Remedy.Of($"Remove this '{same.Key}'", Edit.Remove(attribute)));
            }
        }
    }

    // An alias may be the closest spelling ("rotery" meant "rotary"); what is offered is then the name it stands for.
    private static void ReportUnknown(RuleContext context, string kind, string given, Place place, List<KnownName> known)
    {
        string written = given.Length <= LongestShown ? given : given.Substring(0, LongestShown) + "...";
        string? spelling = EditDistance.Closest(written, known.SelectMany(name => name.Spellings));
        KnownName meant = known.First(name => name.Spellings.Contains(spelling));
        context.Report(
            UnknownName,
            place,
            [kind, written, meant.Name, string.Join(", ", known.Select(name => name.Name))],
            Remedy.Of($"Change to '{meant.Name}'", new Edit(place, $"\"{meant.Name}\"")));
    }

    private sealed record KnownName(string Name, IReadOnlyList<string> Aliases)
    {
        public IEnumerable<string> Spellings => Aliases.Prepend(Name);
    }
}
