using System;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// Which keys a query sees, as loop bounds: the interval from <see cref="Before"/> keys before the query's aligned index to
/// <see cref="After"/> keys after it, and the first <see cref="Sinks"/> keys besides. Kernels never visit a tile outside of it.
/// </summary>
/// <param name="Before">Keys to the left of the query; null: from the first key.</param>
/// <param name="After">Keys to the right of the query; null: to the last key.</param>
/// <param name="Sinks">Leading keys visible to every query (that causality allows).</param>
public sealed record KeyRange(int? Before, int? After, int Sinks)
{
    /// <summary>Every key.</summary>
    public static KeyRange All { get; } = new(null, null, 0);

    /// <summary>Whether the visible keys depend on the query.</summary>
    public bool DependsOnQuery => Before is not null || After is not null;

    /// <summary>Whether nothing after the query is visible, sinks included.</summary>
    public bool IsCausal { get; private init; }

    /// <summary>The keys of this range at or before the query.</summary>
    public KeyRange UpToQuery() => this with { After = Math.Min(After ?? 0, 0), IsCausal = true };

    /// <summary>Keys visible to a query far from both ends; null when it grows with the sequence.</summary>
    public int? KeysPerQuery => Before is { } before && After is { } after ? before + after + 1 + Sinks : null;
}
