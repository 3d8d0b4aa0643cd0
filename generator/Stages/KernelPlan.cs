using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The kernel of one declaration as numbers: tiles, blocks, workspace. Target-free but for the lanes and tile of the dialect.
/// All buffers of one work item live in one workspace; a packed block of keys and values stays in the second-level cache
/// while every query tile of the chunk passes over it.
/// </summary>
public sealed class KernelPlan
{
    /// <summary>Keys packed at a time. 512 keys and values of head dim 64 are 256 KiB: a quarter of a 1 MiB second-level cache.</summary>
    private const int MostKeysPerBlock = 512;

    /// <summary>Floats of packed keys and values that a block may hold, 256 KiB; larger head dims get fewer keys.</summary>
    private const int MostFloatsPerBlock = 64 * 1024;

    /// <summary>Query rows whose state (queries, outputs, sums) one work item holds, over all heads of the group.</summary>
    private const int RowsPerItem = 1032;

    /// <summary>Rows per head that an item holds at least, however many heads share the keys.</summary>
    private const int LeastRowsPerHead = 48;

    public KernelPlan(AttentionSpec spec, Dialect dialect)
    {
        Spec = spec;
        Dialect = dialect;
        Shape = AttentionShape.Of(spec);
        Type = Catalog.Catalog.FindType(spec.Type)!;
        Branches = Type.Branches(spec);
        Passes = NamePasses(Branches);
        Encodings = UsedEncodings.Of(spec);
        Distances = Encodings.Select(static pair => pair.Encoding.Distances(pair.Spec)).FirstOrDefault(static distances => distances is not null);
        Mix = spec.Host.IsStatic ? Type.Mix(spec) : null;
        Modifiers = [.. Catalog.Catalog.Modifiers.Where(modifier => modifier.IsDeclared(spec))];
        ScoreSteps = [.. Type.ScoreSteps(spec).Concat(Modifiers.SelectMany(modifier => modifier.ScoreSteps(spec))).Concat(Encodings.SelectMany(pair => pair.Encoding.ScoreSteps(spec, pair.Spec))).Concat(FunctionStep.Of(spec)).OrderBy(static step => step.Order)];
        ValueVectors = (Shape.ValueDim + dialect.Lanes - 1) / dialect.Lanes;
        KeyBlock = ChooseKeyBlock(Shape, dialect);
        Decode = DecodePlan.Of(this);
        StepSizes = new StepSizes(dialect.Lanes, Shape.GroupSize, Shape.QueryDim, PaddedValueDim);
        AtOnce = AtOncePlan.Of(this);
        ChunkRows = AtOnce is null ? ChooseChunkRows() : AtOnce.GlobalRows > 0 ? AtOnce.GlobalRows : LeastRowsPerHead;
        (Buffers, WorkspaceBytes) = Workspace.LayOut(this);
    }

    public AttentionSpec Spec { get; }

    public Dialect Dialect { get; }

    public AttentionShape Shape { get; }

    public AttentionType Type { get; }

    /// <summary>The softmaxes that are added.</summary>
    public IReadOnlyList<SoftmaxBranch> Branches { get; }

    /// <summary>The different passes over keys, each written once.</summary>
    public IReadOnlyList<KeyPass> Passes { get; }

    /// <summary>Whether the visible keys, or a user's score, depend on where the query stands.</summary>
    public bool DependsOnQuery => Spec.FunctionsReadQuery || Passes.Any(static pass => pass.Range.DependsOnQuery);

    /// <summary>Whether a softmax compares only part of the features of a query and key.</summary>
    public bool IsSplit => Shape.QueryDim < Shape.HeadDim;

    /// <summary>Whether keys are put together row by row before they are transposed, instead of being transposed in place.</summary>
    public bool CollectsKeyRows => TransformsKeys || Passes.Any(static pass => pass.Range.Landmarks > 0);

    /// <summary>The pass of a branch.</summary>
    public KeyPass PassOf(KeyRange range) => Passes.First(pass => pass.Range == range);

    public IReadOnlyList<(PositionalEncoding Encoding, EncodingSpec Spec)> Encodings { get; }

    /// <summary>The encoding that turns queries and keys, or null.</summary>
    public (PositionalEncoding Encoding, EncodingSpec Spec)? RowTransform => Find(static encoding => encoding.TransformsRows);

    /// <summary>The vectors that distances have, or null.</summary>
    public DistanceVectors? Distances { get; }

    /// <summary>How the epilogue mixes the output with local features, or null. A layer does so behind its output projection.</summary>
    public LocalMix? Mix { get; }

    /// <summary>The cache that keys and values may stand in, or null.</summary>
    public CacheSpec? Cache => Spec.Cache;

    /// <summary>How many keys before a query it may see, <see cref="CacheSinks"/> aside; null: all.</summary>
    public int? CacheReach
    {
        get
        {
            KeyRange[] bounded = [.. Passes.Select(static pass => pass.Range).Where(static range => range.HasFirst)];
            return bounded.Length < Passes.Count ? null : bounded.Max(static range => range.FarthestBefore);
        }
    }

    /// <summary>
    /// Whether a query sees so few keys that reading and writing rows is a good part of the work: then rows are asked for some pages before
    /// they are reached, which the processor does not do by itself past the end of a page.
    /// </summary>
    public bool AsksAhead => AtOnce is null && Cache is null && Passes.All(static pass => pass.IsIndexed || (pass.HasFirst && pass.HasLast) || pass.Range.Limit is not null);

    /// <summary>How a tile of queries sees all its keys in one step, or null: it passes over blocks of them.</summary>
    public AtOncePlan? AtOnce { get; }

    /// <summary>Whether some queries take their keys block by block.</summary>
    public bool WalksBlocks => AtOnce is null or { GlobalRows: > 0 };

    /// <summary>Whether rows of queries have a state in the workspace, between blocks of keys or parts of a cache.</summary>
    public bool KeepsState => WalksBlocks || Decode is not null;

    /// <summary>Leading keys that every query may see.</summary>
    public int CacheSinks => Passes.Max(static pass => pass.Range.Sinks);

    /// <summary>The kernel for a few tokens over a cache, or null: <see cref="Cache"/> is, or those take the same kernel as many.</summary>
    public DecodePlan? Decode { get; }

    /// <summary>Whether keys are normalised or rotated before they are compared.</summary>
    public bool TransformsKeys => RowTransform is not null || QkNorm != QkNormModifier.None;

    /// <summary>The sizes that buffers of score steps depend on.</summary>
    public StepSizes StepSizes { get; }

    /// <summary>The modifiers that are declared.</summary>
    public IReadOnlyList<Modifier> Modifiers { get; }

    /// <summary>How rows of queries and keys are normalised; one of the kinds of <see cref="QkNormModifier"/>.</summary>
    public int QkNorm => QkNormModifier.Kind(Spec);

    /// <summary>Whether a learned logit joins each softmax.</summary>
    public bool HasSinkLogits => Has<SinkModifier>();

    /// <summary>Whether a call may drop weights.</summary>
    public bool HasDropout => Has<DropoutModifier>();

    /// <summary>The bound on scores, natural-log units; null: none.</summary>
    public double? Softcap => Has<SoftcapModifier>() ? Spec.Double("Softcap") : null;

    /// <summary>What a product of query and key is multiplied by: it comes out in base-2 units, or as the argument of the cap's tanh.</summary>
    public double QueryScale => Shape.Scale * (Softcap is { } cap ? 1 / cap : 1 / Math.Log(2));

    /// <summary>What happens to scores between the product with the keys and the softmax, in order.</summary>
    public IReadOnlyList<ScoreStep> ScoreSteps { get; }

    /// <summary>Whether every score's key and query index is needed, not only at masked edges.</summary>
    public bool StepsUseIndices => ScoreSteps.Any(static step => step.UsesIndices);

    /// <summary>Registers that hold one row of values.</summary>
    public int ValueVectors { get; }

    /// <summary>Floats in a packed row of values: the value dim, rounded up to whole registers.</summary>
    public int PaddedValueDim => ValueVectors * Dialect.Lanes;

    /// <summary>Keys packed at a time.</summary>
    public int KeyBlock { get; }

    /// <summary>Floats from one row of scores to the next: a block and one register more, so that rows don't share cache sets.</summary>
    public int ScoreStride => KeyBlock + Math.Max(Dialect.Lanes, 16);

    /// <summary>The most query rows of one head that take their keys block by block together, with their state in the workspace: whole tiles.</summary>
    public int ChunkRows { get; }

    /// <summary>Those of all heads of the group.</summary>
    public int StateRows => Shape.GroupSize * ChunkRows;

    /// <summary>The most query rows of one head in one work item: whole tiles.</summary>
    public int ItemRows => AtOnce is null ? ChunkRows : AtOncePlan.ItemRows;

    /// <summary>The buffers of one work item, in order.</summary>
    public IReadOnlyList<WorkspaceBuffer> Buffers { get; }

    /// <summary>Bytes of workspace per thread.</summary>
    public int WorkspaceBytes { get; }

    /// <summary>How the columns of the values are cut into register tiles: widths in registers, none of them 1 unless there is just one.</summary>
    public IReadOnlyList<int> ValueTiles() => Tiles(ValueVectors, Dialect);

    /// <summary>How a number of registers is cut into register tiles.</summary>
    public static IReadOnlyList<int> Tiles(int vectors, Dialect dialect)
    {
        List<int> widths = [];
        int left = vectors;
        while (left > 0)
        {
            // A tile one register wide waits on its own latency; 5 is better as 3 + 2 than as 4 + 1.
            int width = Math.Min(left, dialect.TileVectors);
            if (left - width == 1 && width > 2)
            {
                width--;
            }

            widths.Add(width);
            left -= width;
        }

        return widths;
    }

    private static IReadOnlyList<KeyPass> NamePasses(IReadOnlyList<SoftmaxBranch> branches)
    {
        KeyRange[] ranges = [.. branches.SelectMany(static branch => branch.Passes).Distinct()];
        return [.. ranges.Select(range => new KeyPass(range, ranges.Length == 1 ? "" : range.Name))];
    }

    /// <summary>Keys packed at a time.</summary>
    public static int ChooseKeyBlock(AttentionShape shape, Dialect dialect)
    {
        int group = dialect.Lanes * dialect.TileVectors;
        int floatsPerKey = shape.QueryDim + ((shape.ValueDim + dialect.Lanes - 1) / dialect.Lanes * dialect.Lanes);
        int keys = Math.Min(MostKeysPerBlock, MostFloatsPerBlock / floatsPerKey);
        return Math.Max(group, keys / group * group);
    }

    /// <summary>Rows whose state is as large as that of <see cref="RowsPerItem"/> rows without score steps. The same for every dialect: calls are cut into items before one is chosen.</summary>
    private int ChooseChunkRows()
    {
        StepSizes widest = StepSizes with { Lanes = Dialect.Vector512.Lanes };
        int state = Shape.QueryDim + Shape.ValueDim + widest.Lanes + 1;
        int ofSteps = ScoreSteps.SelectMany(step => step.Buffers(widest)).Where(static buffer => buffer.IsPerRow).Sum(static buffer => buffer.Floats);
        int rows = Math.Max(LeastRowsPerHead, (int)((long)RowsPerItem * state / (state + ofSteps)) / Shape.GroupSize);
        return rows / Dialect.TileRows * Dialect.TileRows;
    }

    private bool Has<T>() => Modifiers.Any(static modifier => modifier is T);

    private (PositionalEncoding Encoding, EncodingSpec Spec)? Find(Func<PositionalEncoding, bool> has)
    {
        foreach ((PositionalEncoding Encoding, EncodingSpec Spec) pair in Encodings)
        {
            if (has(pair.Encoding))
            {
                return pair;
            }
        }

        return null;
    }
}
