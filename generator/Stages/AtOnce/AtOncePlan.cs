using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// A kernel whose queries see so few neighbouring keys that all of a tile's stand packed at the same time. Each tile then goes from queries to
/// finished outputs in one step: its state never leaves the first-level cache, nothing is rescaled, and the rows of the tiles that come next
/// are fetched from memory beside its arithmetic. What it reads again and again is kept small enough to stay near: few keys are packed before they are seen.
/// </summary>
public sealed class AtOncePlan
{
    /// <summary>Keys are packed up to a multiple of these, as far as they are seen: a panel of the widest registers.</summary>
    public const int PackedKeys = 16;

    // The most keys in the sinks' panels.
    private const int MostSinks = 64;

    // The most rows, of all heads that share their keys, that see every key.
    private const int MostGlobalRows = 1024;

    // Rows between a tile and what is fetched beside it: more than a tile takes several times as long as memory does to answer, and what comes sooner pushes out what is in use.
    private const int Ahead = 8;

    // The least number of keys packed before those still seen move to the front.
    private const int LeastMove = 64;

    /// <summary>The most query rows of one head in one work item: it keeps no state of them, and each item starts without rows that were asked for.</summary>
    public const int ItemRows = 8256;

    private AtOncePlan(KernelPlan plan)
    {
        KeyRange range = plan.Passes[0].Range;
        Sinks = RoundUp(range.Sinks, plan.Dialect.Lanes);
        KeysAhead = Ahead + Math.Max(0, range.FarthestAfter) + PackedKeys;
        GlobalRows = RoundUp(range.GlobalRows, plan.Dialect.TileRows);
        long span = Span(range, plan.Dialect);
        Capacity = (int)Math.Min(plan.KeyBlock, RoundUp((int)span + Math.Max(LeastMove, (int)span / 2), PackedKeys));
        bool isLong = range.BlockSize == 0 && (long)range.FarthestBefore + range.FarthestAfter >= AtOnceGlobalStage.Group;
        MergesSinks = range.Sinks > 0 && range.Sinks < plan.Dialect.Lanes && (GlobalRows == 0 || isLong);
        ReadsInPlace = plan.Shape.ValueDim == plan.PaddedValueDim;
    }

    /// <summary>Keys of the panels that hold the sinks, which stand apart from the others; 0: none.</summary>
    public int Sinks { get; }

    /// <summary>
    /// Whether the sinks take lanes of the window's first panel whose own keys are not seen any more: then they cost no panel. A tile whose window leaves too few takes them apart.
    /// Queries that see every key must have taken those first: they have, where a window is no shorter than a group of theirs.
    /// </summary>
    public bool MergesSinks { get; }

    /// <summary>Keys that the buffers hold: those that a tile sees, and room behind them.</summary>
    public int Capacity { get; }

    /// <summary>Whether values may be read where the caller has them, where their rows stand one behind the other.</summary>
    public bool ReadsInPlace { get; }

    /// <summary>How far behind a query the key is that is fetched beside it: as far behind the last that may be packed with those that the query sees.</summary>
    public int KeysAhead { get; }

    /// <summary>How far behind a query the one is that is fetched beside it.</summary>
    public int RowsAhead => Ahead;

    /// <summary>Leading queries that see every key, in whole tiles: those have a state, and take the keys group by group.</summary>
    public int GlobalRows { get; }

    /// <summary>The buffer of a tile's queries or outputs: those with a state have the usual one.</summary>
    public string Tile(string buffer) => GlobalRows > 0 ? "Tile" + buffer : buffer;

    /// <summary>The plan, or null where a tile may see too many keys, or needs what only the walk over blocks of keys has.</summary>
    public static AtOncePlan? Of(KernelPlan plan) =>
        plan is { Distances: null, Mix: null, Branches.Count: 1, Passes.Count: 1 }
        && plan.Passes[0].Range is { IsConsecutive: true, HasFirst: true, HasLast: true, Hole: null } range
        && IsNarrow(plan, range)
        && !plan.ScoreSteps.SelectMany(step => step.Buffers(plan.StepSizes)).Any(static buffer => buffer.IsPerRow)
            ? new AtOncePlan(plan)
            : null;

    // For all dialects or none: calls are cut into items before one is chosen.
    private static bool IsNarrow(KernelPlan plan, KeyRange range) =>
        Dialect.Cpu.All(dialect => Span(range, dialect) + LeastMove <= KernelPlan.ChooseKeyBlock(plan.Shape, dialect)
            && RoundUp(range.Sinks, dialect.Lanes) <= MostSinks && (long)range.GlobalRows * plan.Shape.GroupSize <= MostGlobalRows);

    // The most keys that must stand packed for one tile: from a whole panel on, and up to where packing ends. Where queries see every key, a group of them waits to be whole.
    private static long Span(KeyRange range, Dialect dialect) =>
        (long)range.FarthestBefore + Math.Max(0, range.FarthestAfter) + dialect.TileRows + dialect.Lanes + PackedKeys + (range.GlobalRows > 0 ? AtOnceGlobalStage.Group : 0);

    private static int RoundUp(int keys, int lanes) => (keys + lanes - 1) / lanes * lanes;
}
