using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// How a group of four warps shares a tile on tensor cores. Each warp has blocks of 16 query rows, whose queries and outputs stay in its registers; keys and values
/// of a tile stand in shared memory twice, so that the next tile arrives while this one is used. Everything is in 16-bit elements there.
/// </summary>
/// <param name="RowBlocks">Blocks of 16 query rows of a warp.</param>
/// <param name="Keys">Keys of a tile.</param>
/// <param name="QueryDim">Features of a query or key.</param>
/// <param name="ValueDim">Features of a value.</param>
public sealed record TensorTile(int RowBlocks, int Keys, int QueryDim, int ValueDim)
{
    /// <summary>Warps of a group.</summary>
    public const int Warps = 4;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Warps * 32;

    /// <summary>Rows and inner features of one product of tensor cores; its columns are half as many.</summary>
    public const int Block = 16;

    /// <summary>The most features of a head: past this, outputs leave no registers for the rest.</summary>
    public const int MostDim = 128;

    /// <summary>The fewest.</summary>
    public const int LeastDim = 32;

    private static readonly (int RowBlocks, int Keys)[] Candidates = [(2, 64), (2, 32), (1, 64), (1, 32)];

    /// <summary>Query rows of a warp.</summary>
    public int WarpRows => RowBlocks * Block;

    /// <summary>Query rows of a group.</summary>
    public int Rows => Warps * WarpRows;

    /// <summary>How rows of queries and keys stand in shared memory.</summary>
    public TensorRows QueryRows => new(QueryDim);

    /// <summary>How rows of values stand in shared memory.</summary>
    public TensorRows ValueRows => new(ValueDim);

    /// <summary>Bytes of the tile's queries.</summary>
    public int QueryBytes => Rows * QueryRows.Pitch;

    /// <summary>Bytes of one tile of keys.</summary>
    public int KeyBytes => Keys * QueryRows.Pitch;

    /// <summary>Bytes of one tile of values.</summary>
    public int ValueBytes => Keys * ValueRows.Pitch;

    /// <summary>Shared memory of a group: the queries, and keys and values twice.</summary>
    public int SharedBytes => QueryBytes + (2 * (KeyBytes + ValueBytes));

    /// <summary>The tile with the most rows, then keys, that shared memory holds.</summary>
    public static TensorTile Choose(int queryDim, int valueDim)
    {
        IEnumerable<TensorTile> tiles = Candidates.Select(candidate => new TensorTile(candidate.RowBlocks, candidate.Keys, queryDim, valueDim));
        return tiles.First(static tile => tile.SharedBytes <= GpuTile.MostSharedBytes);
    }
}

/// <summary>
/// A row of 16-bit features in shared memory, in pieces of 16 bytes. Eight rows are read at once, a piece of each; their pieces must lie in different banks.
/// Where the row is a whole number of 128 bytes (or 64), the place of a piece is its number xor the row's; other rows are an odd number of pieces apart.
/// </summary>
/// <param name="Dim">Features.</param>
public sealed record TensorRows(int Dim)
{
    /// <summary>Features of a piece.</summary>
    public const int PieceFeatures = 8;

    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 16;

    /// <summary>Pieces of a row.</summary>
    public int Pieces => Dim / PieceFeatures;

    /// <summary>Whether the pieces of a row change places with its number.</summary>
    public bool IsSwizzled => Pieces % 8 == 0 || Pieces == 4;

    /// <summary>Bytes from one row to the next.</summary>
    public int Pitch => PieceBytes * (IsSwizzled ? Pieces : Pieces + 1);

    /// <summary>Neighbouring threads that copy a row.</summary>
    public int CopyThreads => Pieces == 4 ? 4 : 8;

    /// <summary>Pieces of the last round in which threads copy a row, where those are fewer than the threads; otherwise 0.</summary>
    public int LastPieces => Pieces % CopyThreads;

    /// <summary>The place of a piece in bytes, as C#; the piece's number is below 8.</summary>
    public string Place(string row, string piece) => !IsSwizzled
        ? $"({row} * {Pitch}) + ({piece} * {PieceBytes})"
        : $"({row} * {Pitch}) + (({piece} ^ ({(Pieces == 4 ? $"({row} / 2) & 3" : $"{row} & 7")})) * {PieceBytes})";
}
