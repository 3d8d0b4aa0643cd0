using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>The GPU kernel of one declaration as numbers: what the CPU's plan says of branches, passes and score steps, and a tile of its own.</summary>
public sealed class GpuPlan
{
    public GpuPlan(AttentionSpec spec, bool readsCache = false)
    {
        ReadsCache = readsCache;
        Format = readsCache ? new GpuRowFormat(spec.Cache!.Precision) : GpuRowFormat.Floats;
        Base = new KernelPlan(spec, Dialect.Ilgpu);
        Tile = GpuTile.Choose(Base.Shape.QueryDim, Base.Shape.ValueDim);
    }

    /// <summary>Branches, passes, encodings and steps.</summary>
    public KernelPlan Base { get; }

    /// <summary>Whether keys, ready to be compared, and values stand in a cache.</summary>
    public bool ReadsCache { get; }

    /// <summary>How rows of keys and values lie in memory.</summary>
    public GpuRowFormat Format { get; }

    /// <summary>How a group shares a tile.</summary>
    public GpuTile Tile { get; }

    /// <summary>Output elements of a row that one thread holds.</summary>
    public int Columns => Tile.ValueVectors * GpuTile.Vector;

    /// <summary>Whether rows of values are shorter than what the threads across hold.</summary>
    public bool PadsValues => Tile.ValueStride * GpuTile.Vector != Base.Shape.ValueDim;

    /// <summary>Whether keys may be copied in vectors: nothing happens to them, and each softmax compares whole ones.</summary>
    public bool CopiesKeys => (ReadsCache || !Base.TransformsKeys) && (Format.Vectors(Base.Shape.QueryDim) * Format.Features == Base.Shape.QueryDim || (ReadsCache && !Base.IsSplit));

    /// <summary>Whether values may be: rows in a cache are whole vectors always.</summary>
    public bool CopiesValues => ReadsCache || Base.Shape.ValueDim % GpuTile.Vector == 0;

    /// <summary>The expression of the value feature that column <paramref name="column"/> of a thread is.</summary>
    public static string Feature(int column) =>
        Index.Plus($"(column * {GpuTile.Vector})", (column / GpuTile.Vector * GpuTile.ColumnThreads * GpuTile.Vector) + (column % GpuTile.Vector));
}
