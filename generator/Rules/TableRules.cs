using System.Linq;
using AttentionGen.Generator.Catalog;
using Microsoft.CodeAnalysis;

namespace AttentionGen.Generator.Rules;

/// <summary>Whether a position table reaches as far as the sequences do.</summary>
internal static class TableRules
{
    public static readonly DiagnosticDescriptor TableTooShort = new(
        "ATTN015", "Position table is shorter than the sequences", "The {0} table holds {1} positions, but sequences may hold {2}; raise the encoding's MaxLength to {2}", RuleFacts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: RuleFacts.Help + "ATTN015.md");

    /// <summary>Positions in an encoding's table, 0 for an encoding without one.</summary>
    public static int Positions(EncodingUse use) => use.Known?.Name switch
    {
        "sinusoidal" => use.Spec.Int("MaxLength", SinusoidalEncoding.DefaultMaxLength),
        "learned" => use.Spec.Int("MaxLength", LearnedEncoding.DefaultMaxLength),
        _ => 0,
    };

    public static void Check(RuleContext context)
    {
        int length = context.Shape.MaxLength;
        foreach (EncodingUse use in context.Encodings.Where(use => Positions(use) > 0 && Positions(use) < length))
        {
            context.Report(
                TableTooShort,
                use.Place("MaxLength"),
                [use.Known!.Name, Positions(use), length],
                Remedy.Of($"Set the table's MaxLength = {length}", Edit.Set(Place.Encoding(use.Index, "MaxLength"), length)));
        }
    }
}
