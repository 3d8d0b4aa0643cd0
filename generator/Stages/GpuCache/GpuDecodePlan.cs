using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// How a group decodes: 64 keys at a time are read from the cache in place, once for all of its rows. For scores, eight neighbouring threads share a key and each group of
/// eight takes four keys; for values, threads lie across the features, in slices that take turns at the keys.
/// </summary>
public sealed class GpuDecodePlan
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>Neighbouring threads that share a key: together they read whole lines of memory.</summary>
    public const int KeyThreads = 8;

    /// <summary>Keys that a thread has in flight.</summary>
    public const int KeysPerThread = 4;

    /// <summary>Groups of threads that each take keys of their own.</summary>
    public const int KeySets = Threads / KeyThreads;

    /// <summary>Keys of a tile.</summary>
    public const int TileKeys = KeySets * KeysPerThread;

    private const int Vector = GpuTile.Vector, VectorBytes = Vector * sizeof(float);

    // A softmax's row takes eight threads.
    private const int MostRows = Threads / KeyThreads;

    // Rows of several tokens: as many as keep enough groups on a multiprocessor.
    private const int RowsOfFew = 8;

    private const int MostOutputs = 128, MostSlices = TileKeys / Vector, MostReducedBytes = 32 * 1024;

    private GpuDecodePlan(GpuPlan gpu, int rows) => (Gpu, Rows) = (gpu, rows);

    /// <summary>The plan over a cache.</summary>
    public GpuPlan Gpu { get; }

    /// <summary>Rows, tokens times query heads of a KV head, of a group.</summary>
    public int Rows { get; }

    /// <summary>How rows lie in the cache.</summary>
    public GpuRowFormat Format => Gpu.Format;

    /// <summary>Vectors of a stored key.</summary>
    public int KeyVectors => Format.Vectors(Gpu.Base.Shape.QueryDim);

    /// <summary>Vectors of a stored value: threads across the features.</summary>
    public int Columns => Format.Vectors(Gpu.Base.Shape.ValueDim);

    /// <summary>Vectors of a value that one thread takes.</summary>
    public int ColumnsPerThread => (Columns + Threads - 1) / Threads;

    /// <summary>Slices of threads that take turns at the keys of a tile.</summary>
    public int Slices
    {
        get
        {
            int slices = 1;
            while (slices < MostSlices && 2 * slices * Math.Min(Columns, Threads) <= Threads)
            {
                slices *= 2;
            }

            return slices;
        }
    }

    /// <summary>Vectors of floats of a query in shared memory.</summary>
    public int QueryStride => KeyVectors * Format.Widened;

    /// <summary>Vectors of floats from one row of scores to the next.</summary>
    public int ScoreStride => (TileKeys / Vector) + 1;

    /// <summary>Vectors of floats of an output.</summary>
    public int OutputVectors => Columns * Format.Widened;

    /// <summary>Vectors that a part leaves of a row: its output, then its maximum and sum.</summary>
    public int PartVectors => OutputVectors + 1;

    /// <summary>Rows whose outputs are summed over the slices at a time.</summary>
    public int ReducedRows => Math.Max(1, Math.Min(Rows, MostReducedBytes / (Slices * OutputVectors * VectorBytes)));

    /// <summary>Vectors of shared memory: queries and scores, and in their place, at the end, outputs of the slices.</summary>
    public int SharedVectors => Math.Max(Rows * (QueryStride + ScoreStride), Slices * ReducedRows * OutputVectors);

    /// <summary>Shared memory of a group, with a factor and a norm for each row.</summary>
    public int SharedBytes => (SharedVectors * VectorBytes) + (2 * Rows * sizeof(float));

    private bool Fits => SharedBytes <= GpuTile.MostSharedBytes && Rows * ColumnsPerThread * Format.Features <= MostOutputs;

    /// <summary>The kernels for one new token of each sequence and for several, or the one that serves both; none where those take the kernel for many.</summary>
    public static IReadOnlyList<GpuDecodePlan> Of(AttentionSpec spec)
    {
        GpuPlan gpu = new(spec, readsCache: true);
        if (gpu.Base.Decode is null)
        {
            return [];
        }

        int group = gpu.Base.Shape.GroupSize;
        GpuDecodePlan?[] both = [Widest(gpu, Math.Min(group, MostRows)), Widest(gpu, Math.Max(Math.Min(group, MostRows), RowsOfFew))];
        return [.. both.OfType<GpuDecodePlan>().GroupBy(static plan => plan.Rows).Select(static plans => plans.First())];
    }

    /// <summary>The place of a key of the tile that this thread's set takes.</summary>
    public static string KeyOf(int n) => Index.Plus("set", n * KeySets);

    private static GpuDecodePlan? Widest(GpuPlan gpu, int rows) =>
        Enumerable.Range(1, rows).Reverse().Select(count => new GpuDecodePlan(gpu, count)).FirstOrDefault(static plan => plan.Fits);
}
