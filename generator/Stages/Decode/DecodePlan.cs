using System;
using System.Collections.Generic;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The kernel for a few query tokens over a cache as numbers: keys and values are read where they stand, once for all query heads of a KV head, in parts of
/// a fixed number of keys that any thread computes and that are merged in order.
/// </summary>
public sealed class DecodePlan
{
    /// <summary>Tokens of a panel of stored keys.</summary>
    public const int PanelTokens = 16;

    /// <summary>Query rows, heads times tokens, that a tile holds in registers; what is left over goes in smaller tiles.</summary>
    public static readonly int[] TileRows = [4, 2, 1];

    // Half a MiB of FP32 keys and values at head dim 64: long against the start of a part, short enough to share among threads.
    private const int KeysPerPart = 1024;

    // Keys whose scores are computed before their values are touched. No more than a usual page: its keys and then its values are read as they lie, in one stream.
    private const int KeysPerChunk = 64;

    // Between what is read and what is asked for: as many bytes as memory sends during its latency. The farther, the more is gone again from the first-level cache.
    private const int AheadBytes = 4096;

    private readonly int queryDim;

    private DecodePlan(KernelPlan plan)
    {
        Cache = plan.Cache!;
        int page = Cache.PageTokens;
        Chunk = page * Math.Max(1, KeysPerChunk / page);
        Part = Chunk * Math.Max(1, KeysPerPart / Chunk);
        Dialect = plan.Dialect;
        Scales = !Cache.HasScales ? 0 : Cache.QuantBlock == 0 ? 1 : plan.Shape.HeadDim / Cache.QuantBlock;
        ValueScales = !Cache.HasScales ? 0 : Cache.QuantBlock == 0 ? 1 : plan.Shape.ValueDim / Cache.QuantBlock;
        ValueVectors = ValueScales > 1 ? Cache.QuantBlock / Dialect.Lanes : plan.ValueVectors;
        ValueStride = (plan.Shape.ValueDim + PanelTokens - 1) / PanelTokens * PanelTokens;
        queryDim = plan.Shape.QueryDim;
    }

    public CacheSpec Cache { get; }

    public Dialect Dialect { get; }

    /// <summary>Keys of a part.</summary>
    public int Part { get; }

    /// <summary>Keys of a chunk.</summary>
    public int Chunk { get; }

    /// <summary>Floats from one row of scores to the next.</summary>
    public int ScoreStride => Chunk + PanelTokens;

    /// <summary>Scales of a key; 0: there are none.</summary>
    public int Scales { get; }

    /// <summary>Scales of a value; 0: there are none.</summary>
    public int ValueScales { get; }

    /// <summary>Elements from one stored value to the next.</summary>
    public int ValueStride { get; }

    /// <summary>Floats that a part leaves of one row, in every dialect: outputs, sums of weights by lane, the maximum.</summary>
    public int RowFloats => ValueStride + (2 * PanelTokens);

    /// <summary>The C# type of a stored element.</summary>
    public string Element => Cache.Precision switch { 0 => "float", 3 => "sbyte", _ => "ushort" };

    /// <summary>Bytes of a stored element.</summary>
    public int ElementBytes => Cache.ElementBytes;

    /// <summary>Registers in a panel's row of keys; a scalar kernel goes over them in a loop.</summary>
    public int PanelVectors => Dialect.Lanes == 1 ? 1 : PanelTokens / Dialect.Lanes;

    private const int BFloat16 = 2;

    // Two multiply-adds a cycle, each with a latency of four.
    private const int SumsInFlight = 8;

    /// <summary>Registers that may hold sums. A key or weight in flight, and what it is multiplied by, need some too.</summary>
    private int Accumulators => Dialect.Lanes == 16 ? 16 : 8;

    /// <summary>Columns of values, in registers.</summary>
    public int ValueVectors { get; }

    /// <summary>The plan; null where short calls take the kernel for long ones: softmaxes or passes that are several, keys that are not consecutive, vectors of distances.</summary>
    public static DecodePlan? Of(KernelPlan plan)
    {
        bool fits = plan is { Cache: not null, IsSplit: false, Distances: null, Mix: null, Branches.Count: 1, Passes.Count: 1 }
            && !plan.Passes[0].IsIndexed && plan.Passes[0].Range.GlobalRows == 0
            && plan.Cache.QuantBlock % PanelTokens == 0;
        return fits ? new DecodePlan(plan) : null;
    }

    /// <summary>Panels that a tile multiplies at once. Memory is best read in one stream, but with many rows each key should be loaded for more than one product.</summary>
    public int Panels(int rows) => Dialect.Lanes == PanelTokens && rows >= 4 ? 2 : 1;

    /// <summary>Sums over which the features of a row and panel are spread in turn, so that they do not wait for each other.</summary>
    public int Spread(int rows) => Dialect.Lanes == 1 ? 1 : Math.Max(1, Math.Min(4, SumsInFlight / (rows * Panels(rows) * PanelVectors)));

    /// <summary>Registers of values that a tile sums at once.</summary>
    public int ValueWidth(int rows) => Math.Max(1, Math.Min(8, Accumulators / rows));

    /// <summary>How the columns of values, or of one block of them with a scale of its own, are cut: widths in registers.</summary>
    public IReadOnlyList<int> ValueTiles(int rows)
    {
        List<int> widths = [];
        for (int left = ValueVectors; left > 0; left -= widths[widths.Count - 1])
        {
            widths.Add(Math.Min(left, ValueWidth(rows)));
        }

        return widths;
    }

    /// <summary>Tokens, in whole panels, between the keys that a tile reads and those it asks for: no fewer than it reads at once.</summary>
    public int KeysAhead(int rows) => Math.Max(TokensAhead(rows, queryDim), Panels(rows) * PanelTokens);

    /// <summary>Tokens between the values that a tile reads and those it asks for.</summary>
    public int ValuesAhead(int rows) => TokensAhead(rows, ValueStride);

    // The more instructions stand between the reads, the fewer of these the processor starts early by itself: many rows, and widening (least of all bfloat16's, a shift).
    private int TokensAhead(int rows, int columns)
    {
        int farther = Cache.Precision switch { 0 => rows < TileRows[0] ? 1 : 2, BFloat16 => 2, _ => 4 };
        int panel = PanelTokens * columns * ElementBytes, bytes = AheadBytes * farther;
        return Math.Min((bytes + panel - 1) / panel * PanelTokens, Cache.PageTokens);
    }

    /// <summary>A register of stored elements, widened; scales are applied elsewhere.</summary>
    public string Load(string buffer, int offset)
    {
        string at = Literals.Of(offset);
        string width = Dialect.Lanes == 1 ? "1" : Literals.Of(Dialect.Lanes * 32);
        string source = offset == 0 ? buffer : $"{buffer} + {at}";
        return Cache.Precision switch
        {
            0 => Dialect.Load(buffer, at),
            1 => $"StoredLanes.HalfTo{width}({source})",
            2 => $"StoredLanes.BFloat16To{width}({source})",
            _ => $"StoredLanes.Int8To{width}({source})",
        };
    }
}
