using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// A kernel whose queries see so few neighbouring keys that all of a tile's stand packed at the same time. Each tile then goes from queries to
/// finished outputs in one step: its state never leaves the first-level cache, nothing is rescaled, and the rows of the tiles that come next
/// are fetched from memory beside its arithmetic.
/// </summary>
public sealed class AtOncePlan
{
    /// <summary>Keys packed in one go, as far as they are seen.</summary>
    public const int PackedKeys = 64;

    /// <summary>Rows between a tile and what is fetched beside it.</summary>
    private const int Ahead = 64;

    /// <summary>The most query rows of one head in one work item: it keeps no state of them, and each item starts without rows that were asked for.</summary>
    public const int ItemRows = 8256;

    private AtOncePlan(KernelPlan plan)
    {
        KeyRange range = plan.Passes[0].Range;
        Sinks = RoundUp(range.Sinks, plan.Dialect.Lanes);
        KeysAhead = Ahead + Math.Max(0, range.FarthestAfter) + PackedKeys;
        HasGlobalRows = range.GlobalRows > 0;
    }

    /// <summary>Keys of the panels that hold the sinks, which stand apart from the others; 0: none.</summary>
    public int Sinks { get; }

    /// <summary>How far behind a query the key is that is fetched beside it: as far behind the last that may be packed with those that the query sees.</summary>
    public int KeysAhead { get; }

    /// <summary>How far behind a query the one is that is fetched beside it.</summary>
    public int RowsAhead => Ahead;

    /// <summary>Whether leading queries see every key: those go block by block.</summary>
    public bool HasGlobalRows { get; }

    /// <summary>The plan, or null where a tile may see too many keys, or needs what only the walk over blocks of keys has.</summary>
    public static AtOncePlan? Of(KernelPlan plan) =>
        plan is { Distances: null, Mix: null, Branches.Count: 1, Passes.Count: 1 }
        && plan.Passes[0].Range is { IsConsecutive: true, HasFirst: true, HasLast: true, Hole: null } range
        && IsNarrow(plan, range)
        && !plan.ScoreSteps.SelectMany(step => step.Buffers(plan.StepSizes)).Any(static buffer => buffer.IsPerRow)
            ? new AtOncePlan(plan)
            : null;

    // For all dialects or none: calls are cut into items before one is chosen.
    private static bool IsNarrow(KernelPlan plan, KeyRange range) => Dialect.Cpu.All(dialect =>
    {
        long seen = (long)range.FarthestBefore + Math.Max(0, range.FarthestAfter) + dialect.TileRows;
        return seen + (2 * dialect.Lanes) + PackedKeys <= KernelPlan.ChooseKeyBlock(plan.Shape, dialect) && RoundUp(range.Sinks, dialect.Lanes) <= PackedKeys;
    });

    private static int RoundUp(int keys, int lanes) => (keys + lanes - 1) / lanes * lanes;
}
