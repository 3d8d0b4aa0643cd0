using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One pass over keys as the kernel walks it. Its keys are numbered 0, 1, 2, ... in the order in which they are packed;
/// where they are not consecutive in the sequence, the number and the key's index differ.
/// </summary>
/// <param name="Range">What a query sees.</param>
/// <param name="Suffix">Ends the names of the pass's methods and constants; empty where there is one pass.</param>
public sealed record KeyPass(KeyRange Range, string Suffix)
{
    /// <summary>Whether keys carry their index in a buffer of their own.</summary>
    public bool IsIndexed => !Range.IsConsecutive;

    /// <summary>Whether a first visible key is set, global rows aside.</summary>
    public bool HasFirst => Range.HasFirst;

    /// <summary>Whether a last visible key is set, global rows aside.</summary>
    public bool HasLast => Range.HasLast;

    /// <summary>The pass as a query sees it that sees nothing but its window, sinks aside.</summary>
    public KeyPass Window => this with { Range = Range with { Sinks = 0, GlobalRows = 0 } };

    /// <summary>The index of the first key that a query sees.</summary>
    public string First(string query) => Combine("Math.Max", FirstParts(query));

    /// <summary>The index of the last key that a query sees.</summary>
    public string Last(string query) => Combine("Math.Min", LastParts(query));

    /// <summary>One past the number of the last packed key at or before an index, given as one past it.</summary>
    public string PackedEnd(string end) => IsIndexed ? $"Packed{Suffix}({end})" : end;

    /// <summary>The number of the first packed key at or after an index.</summary>
    public string PackedStart(string start) => IsIndexed ? $"Packed{Suffix}({start})" : start;

    /// <summary>The index of a packed key, in a context that has <c>work</c>.</summary>
    public string IndexOf(string packed) =>
        Range.Landmarks > 0 ? $"KeySpacing.At({packed}, Landmarks{Suffix}, work.KeyLength)"
        : Range.Step > 1 ? $"(({packed}) * Step{Suffix})"
        : packed;

    /// <summary>The constants that the pass's expressions use.</summary>
    public IEnumerable<(string Name, int Value, string Comment)> Constants()
    {
        if (Range.Before is { } before)
        {
            yield return ("Before" + Suffix, before, "keys visible before the query");
        }

        if (Range.After is { } after and not 0)
        {
            yield return ("After" + Suffix, after, "keys visible after the query");
        }

        foreach ((string name, int value, string comment) in new[]
        {
            ("BlockSize", Range.BlockSize, "positions in a block"),
            ("Sinks", Range.Sinks, "leading keys visible to every query"),
            ("Limit", Range.Limit ?? 0, "leading keys that are visible at all"),
            ("GlobalRows", Range.GlobalRows, "leading queries that see every key"),
            ("Landmarks", Range.Landmarks, "evenly spaced keys"),
            ("Step", Range.Step > 1 ? Range.Step : 0, "from one key of the pass to the next"),
        })
        {
            if (value > 0)
            {
                yield return (name + Suffix, value, comment);
            }
        }

        if (Range.Hole is { } hole)
        {
            yield return ("Hole" + Suffix, hole, "keys to either side of the query that another pass sees");
        }
    }

    private IEnumerable<string> FirstParts(string query)
    {
        if (Range.Before is not null)
        {
            yield return $"{query} - Before{Suffix}";
        }

        if (Range.BlockSize > 0)
        {
            yield return Index.Plus($"KeySpacing.BlockStart({query}, BlockSize{Suffix})", -Range.Neighbours * Range.BlockSize);
        }
    }

    private IEnumerable<string> LastParts(string query)
    {
        if (Range.After is { } after)
        {
            yield return after == 0 ? query : $"{query} + After{Suffix}";
        }

        if (Range.BlockSize > 0)
        {
            yield return Index.Plus($"KeySpacing.BlockStart({query}, BlockSize{Suffix})", ((Range.Neighbours + 1) * Range.BlockSize) - 1);
        }

        if (Range.Limit is not null)
        {
            yield return $"Limit{Suffix} - 1";
        }
    }

    private static string Combine(string function, IEnumerable<string> parts) =>
        parts.Aggregate((left, right) => $"{function}({left}, {right})");
}
