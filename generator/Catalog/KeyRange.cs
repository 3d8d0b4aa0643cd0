using System;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Which keys a query sees in one pass over the keys, as loop bounds around the query's aligned index i: kernels never visit a tile outside of them.
/// A key is visible when it lies in every interval that is set (or is a sink), among the keys that the pass walks over.
/// </summary>
public sealed record KeyRange
{
    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new();

    /// <summary>What the pass is called in generated code, where a kernel has several.</summary>
    public string Name { get; init; } = "";

    /// <summary>Visible keys to the left of the query; null: from the first key.</summary>
    public int? Before { get; init; }

    /// <summary>Visible keys to the right of the query; null: to the last key.</summary>
    public int? After { get; init; }

    /// <summary>Positions in a block, of which the query sees its own and <see cref="Neighbours"/> to each side; 0: no blocks.</summary>
    public int BlockSize { get; init; }

    /// <summary>Blocks visible to each side of the query's own.</summary>
    public int Neighbours { get; init; }

    /// <summary>Only the first keys are visible; null: no such limit.</summary>
    public int? Limit { get; init; }

    /// <summary>Leading keys visible to every query (that causality allows), whatever the intervals say.</summary>
    public int Sinks { get; init; }

    /// <summary>Queries at an index below this see every key.</summary>
    public int GlobalRows { get; init; }

    /// <summary>The pass walks over keys 0, Step, 2 Step, ...</summary>
    public int Step { get; init; } = 1;

    /// <summary>The pass walks over this many keys, evenly spaced from the first to the last; 0: over all of <see cref="Step"/>.</summary>
    public int Landmarks { get; init; }

    /// <summary>Keys up to this far from the query, to either side, are left to another pass; null: none.</summary>
    public int? Hole { get; init; }

    /// <summary>Whether nothing after the query is visible, sinks included.</summary>
    public bool IsCausal { get; private init; }

    /// <summary>How far before a query the first key stands at most, sinks and global rows aside; <see cref="int.MaxValue"/>: anywhere.</summary>
    public int FarthestBefore => Math.Min(Before ?? int.MaxValue, FarthestInBlocks);

    /// <summary>How far behind a query the last key stands at most, global rows aside; <see cref="int.MaxValue"/>: anywhere.</summary>
    public int FarthestAfter => Math.Min(After ?? int.MaxValue, FarthestInBlocks);

    private int FarthestInBlocks => BlockSize == 0 ? int.MaxValue : (int)Math.Min(((Neighbours + 1L) * BlockSize) - 1, int.MaxValue);

    /// <summary>Whether a first visible key is set.</summary>
    public bool HasFirst => Before is not null || BlockSize > 0;

    /// <summary>Whether a last visible key is set.</summary>
    public bool HasLast => After is not null || BlockSize > 0 || Limit is not null;

    /// <summary>Whether the visible keys depend on the query.</summary>
    public bool DependsOnQuery => Before is not null || After is not null || BlockSize > 0 || GlobalRows > 0 || Hole is not null;

    /// <summary>Whether consecutive keys of the pass are consecutive keys of the sequence.</summary>
    public bool IsConsecutive => Step == 1 && Landmarks == 0;

    /// <summary>The keys of this range at or before the query.</summary>
    public KeyRange UpToQuery() => this with { After = Math.Min(After ?? 0, 0), IsCausal = true };
}
