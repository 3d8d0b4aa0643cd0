using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// How a group of 128 GPU threads shares a tile of scores: 16 threads down the queries and 8 across the keys, each with a few rows and keys in registers.
/// Queries, one tile of keys or values, and the weights stand in shared memory as vectors of four floats; a row of queries or keys is an odd number of
/// vectors long, so that neighbouring threads read different banks.
/// </summary>
/// <param name="RowsPerThread">Query rows of a thread.</param>
/// <param name="KeysPerThread">Keys of a thread.</param>
/// <param name="QueryDim">Features that a softmax compares.</param>
/// <param name="ValueDim">Features of a value.</param>
public sealed record GpuTile(int RowsPerThread, int KeysPerThread, int QueryDim, int ValueDim)
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = RowThreads * ColumnThreads;

    /// <summary>Threads that share out the rows of a tile.</summary>
    public const int RowThreads = 16;

    /// <summary>Threads that share a row: neighbouring lanes of one warp.</summary>
    public const int ColumnThreads = 8;

    /// <summary>What every device gives a group without being asked for more.</summary>
    public const int MostSharedBytes = 48 * 1024;

    /// <summary>Floats of a vector.</summary>
    public const int Vector = 4;

    /// <summary>Output elements that a thread holds at most, of its 255 registers.</summary>
    private const int MostOutputs = 96;

    private static readonly int[] Counts = [4, 2, 1];

    /// <summary>Query rows of a group.</summary>
    public int Rows => RowThreads * RowsPerThread;

    /// <summary>Keys of a tile.</summary>
    public int Keys => ColumnThreads * KeysPerThread;

    /// <summary>Vectors of a row of queries or keys that hold features.</summary>
    public int QueryVectors => (QueryDim + Vector - 1) / Vector;

    /// <summary>Vectors from one row of queries or keys to the next.</summary>
    public int QueryStride => QueryVectors + 1 + (QueryVectors % 2);

    /// <summary>Vectors of a row of values for each thread across.</summary>
    public int ValueVectors => (ValueDim + (ColumnThreads * Vector) - 1) / (ColumnThreads * Vector);

    /// <summary>Vectors from one row of values to the next.</summary>
    public int ValueStride => ValueVectors * ColumnThreads;

    /// <summary>Vectors from one row of weights to the next.</summary>
    public int WeightStride => (Keys / Vector) + 1;

    /// <summary>Vectors that hold a tile of keys, then of values.</summary>
    public int KeyValueVectors => Keys * System.Math.Max(QueryStride, ValueStride);

    /// <summary>Shared memory of a group, with a norm for each row.</summary>
    public int SharedBytes => (sizeof(float) * Vector * ((Rows * QueryStride) + KeyValueVectors + (Rows * WeightStride))) + (sizeof(float) * System.Math.Max(Rows, Keys));

    /// <summary>Whether shared memory and registers hold it.</summary>
    public bool Fits => SharedBytes <= MostSharedBytes && RowsPerThread * ValueVectors * Vector <= MostOutputs;

    /// <summary>The tile with the most scores per thread that fits; where none does, the smallest.</summary>
    public static GpuTile Choose(int queryDim, int valueDim)
    {
        IEnumerable<GpuTile> tiles = Counts.SelectMany(rows => Counts.Select(keys => new GpuTile(rows, keys, queryDim, valueDim)));
        return tiles.Where(static tile => tile.Fits).OrderByDescending(static tile => tile.RowsPerThread * tile.KeysPerThread).ThenByDescending(static tile => tile.RowsPerThread).FirstOrDefault()
            ?? new GpuTile(1, 1, queryDim, valueDim);
    }
}
