using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The kernel of a <see cref="KernelFamily.Linear"/> declaration as numbers: chunks, tiles, workspace. What all families share
/// (shape, encodings, packed values) is <see cref="Base"/>'s.
/// </summary>
public sealed class LinearPlan
{
    /// <summary>
    /// Keys, and queries, prepared at a time: whole tiles of 6 rows and whole registers of every width. Longer chunks spend more on the pairs
    /// within a causal chunk, shorter ones more on loading and storing the state; 96 features and values of 64 stay in the first-level cache.
    /// </summary>
    public const int Chunk = 96;

    private readonly List<WorkspaceBuffer> _buffers = [];

    public LinearPlan(AttentionSpec spec, Dialect dialect)
    {
        Base = new KernelPlan(spec, dialect);
        Map = Base.Type.FeatureMap(spec)!;
        FeatureRows = RoundUp(Map.Features, dialect.TileRows);
        FeatureStride = RoundUp(Map.Features, dialect.Lanes);
        LayOut();
    }

    /// <summary>Shape, encodings, dialect and the layout of packed values.</summary>
    public KernelPlan Base { get; }

    /// <summary>How rows become features.</summary>
    public FeatureMap Map { get; }

    public Dialect Dialect => Base.Dialect;

    public bool IsCausal => Base.Shape.Causal;

    /// <summary>Whether the kernel can go on from what a sequence left behind.</summary>
    public bool HasState => Base.Type.HasState(Base.Spec);

    /// <summary>Whether rows are stabilised by maxima, because features are exponentials.</summary>
    public bool IsExponential => Map.Function == FeatureFunction.Exponential;

    /// <summary>Whether keys are put together row by row before they are transposed, instead of being transposed in place.</summary>
    public bool CollectsKeyRows => Base.RowTransform is not null || Map.IsProjected;

    /// <summary>Rows of the state: the features in whole tiles.</summary>
    public int FeatureRows { get; }

    /// <summary>Floats of one query's features: in whole registers.</summary>
    public int FeatureStride { get; }

    /// <summary>Floats from one row of scores to the next: a chunk and one register more, so that rows don't share cache sets.</summary>
    public static int ScoreStride => Chunk + 16;

    /// <summary>Floats from one row of the runtime's transposed feature matrix to the next; the same formula stands there.</summary>
    public int MatrixStride => RoundUp(Map.Features, 16) + 16;

    public IReadOnlyList<WorkspaceBuffer> Buffers => _buffers;

    /// <summary>Bytes of workspace per thread.</summary>
    public int WorkspaceBytes { get; private set; }

    /// <summary>How <paramref name="vectors"/> registers are cut into register tiles.</summary>
    public IReadOnlyList<int> Tiles(int vectors) => KernelPlan.Tiles(vectors, Dialect);

    /// <summary>The products, each with the tile widths it is needed in.</summary>
    internal IEnumerable<(ProductTile Tile, IEnumerable<int> Widths)> Products()
    {
        int dim = Base.Shape.HeadDim;
        int value = Base.PaddedValueDim;
        int lanes = Dialect.Lanes;
        IEnumerable<int> columns = Base.ValueTiles();
        IEnumerable<int> every = Enumerable.Range(1, Dialect.TileVectors);
        if (Map.IsProjected)
        {
            yield return (new ProductTile("ProjectQueries", dim, MatrixStride, FeatureStride, Adds: false), Tiles(FeatureStride / lanes));
            yield return (new ProductTile("ProjectKeys", dim, lanes, Chunk, Adds: false) { ValueVector = dim * lanes }, every);
        }

        yield return (new ProductTile("AddToState", Chunk, value, value, Adds: true), columns);
        yield return (new ProductTile("ReadState", FeatureStride, value, value, Adds: false), columns);
        if (IsCausal)
        {
            yield return (new ProductTile("Scores", FeatureStride, Chunk, ScoreStride, Adds: false), every);
            yield return (new ProductTile("Values", ScoreStride, value, value, Adds: true), columns);
        }
    }

    private static int RoundUp(int number, int unit) => (number + unit - 1) / unit * unit;

    private void LayOut()
    {
        AttentionShape shape = Base.Shape;
        int value = Base.PaddedValueDim;
        if (Map.IsProjected)
        {
            Add("QueryRows", Chunk * shape.HeadDim, "scaled queries [chunk, head dim]");
        }

        if (CollectsKeyRows)
        {
            Add("KeyRows", Dialect.Lanes * shape.HeadDim, "keys on their way to a panel [lanes, head dim]");
        }

        Add("KeyPanels", Chunk * shape.HeadDim, "packed keys [chunk / lanes, head dim, lanes]");
        Add("QueryFeatures", Chunk * FeatureStride, "features of queries [chunk, features]");
        Add("KeyFeatures", FeatureRows * Chunk, "features of keys [features, chunk]");
        Add("Values", Chunk * value, "packed values [chunk, padded value dim]");
        Add("State", FeatureRows * value, "sum over keys of features x values [features, padded value dim]");
        Add("FeatureSum", FeatureStride, "sum over keys of features [features]");
        Add("ChunkSum", FeatureStride, "the same over the chunk alone [features]");
        Add("Outputs", Dialect.TileRows * value, "unnormalised outputs of one tile [tile rows, padded value dim]");
        if (IsCausal)
        {
            Add("Scores", Dialect.TileRows * ScoreStride, "weights of one tile within the chunk [tile rows, score stride]");
            Add("RowSum", Dialect.TileRows, "their sums [tile rows]");
        }

        if (IsExponential)
        {
            Add("FeatureMax", FeatureStride, "running maxima over keys of each feature's exponent [features]");
            Add("KeyNorms", Chunk, "half of each key's squared norm, in base-2 units [chunk]");
        }

        Add("ExactKeys", Chunk * shape.HeadDim, "keys of rows that are computed anew [chunk, head dim]");
        Add("ExactState", (2 * (Map.Features + shape.ValueDim)) + shape.HeadDim, "a row that is computed anew: exponents and sums in double, then its query");
    }

    private void Add(string name, int floats, string contents)
    {
        _buffers.Add(new WorkspaceBuffer(name, WorkspaceBytes, floats, contents));
        WorkspaceBytes += RoundUp(floats * sizeof(float), 64);
    }
}
