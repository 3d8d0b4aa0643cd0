using System;
using System.Collections.Generic;
using System.Linq;

namespace AttentionGen.Generator.Catalog;

/// <summary>
/// How a group of four warps shares a tile on tensor cores, in 16-bit elements. Each warp has blocks of 16 query rows, whose outputs stay in its registers.
/// Where registers allow, the queries stay there too: they pass through the place of the second of two stages of keys and values, and the next tile arrives while this
/// one is used, with one barrier a tile. Otherwise the queries stay in shared memory and are loaded again for each tile; then there is room for one stage, of which
/// values arrive during the scores and the next keys during the softmax and the products with the values, with two barriers a tile (as FlashAttention-2, Dao 2023, does).
/// </summary>
/// <remarks>
/// What the choice is made by. Keys and values come from L2: a tile serves as many FLOP for each of their bytes as the group has rows, so that 128 rows take 2 TB/s at
/// 250 TFLOP/s and 64 rows take 4 TB/s, which is near what L2 gives. Fragments come from shared memory at 128 bytes a clock, and an mma of 4,096 FLOP takes about one
/// clock of a multiprocessor on compute capability 9.0 (two on 8.0): with 16 rows a warp every product needs 256 bytes, two clocks; with 32 rows a key or value fragment
/// serves two products, 128 bytes. Loading queries again adds 512 bytes for the products of a step with all keys: at head dim 128, 192 bytes a product on average (1.5
/// clocks, that is at most 650 TFLOP/s of the 990). A multiprocessor issues four instructions a clock and 16 powers: a tile takes 3.8 instructions and 0.28 powers for a
/// product at head dim 128, 4.7 and 0.53 at 64, that is about a clock each, beside the products. Two groups must fit on a multiprocessor, so that one computes while the
/// other waits: 255 registers a thread and 113 KB of shared memory each. Shared memory stays within the 48 KB that a launch may have without asking the driver; past
/// head dim 144 that leaves 64 rows, and past 224 tiles of 16 keys with queries loaded again. Those are within the counts and correct; nothing here has been timed.
/// </remarks>
/// <param name="RowBlocks">Blocks of 16 query rows of a warp.</param>
/// <param name="Keys">Keys of a tile.</param>
/// <param name="HoldsQueries">Whether queries stay in registers.</param>
/// <param name="QueryDim">Features of a query or key.</param>
/// <param name="ValueDim">Features of a value.</param>
public sealed record TensorTile(int RowBlocks, int Keys, bool HoldsQueries, int QueryDim, int ValueDim)
{
    /// <summary>Warps of a group.</summary>
    public const int Warps = 4;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Warps * 32;

    /// <summary>Rows and inner features of one product of tensor cores; its columns are half as many.</summary>
    public const int Block = 16;

    /// <summary>The most features of a head: past this, outputs leave no registers for the rest.</summary>
    public const int MostDim = 256;

    /// <summary>The fewest.</summary>
    public const int LeastDim = 32;

    /// <summary>Registers that a thread may have live, of the 255 that it can name: the assembler needs some to load ahead.</summary>
    public const int MostRegisters = 236;

    // Indices, addresses, lengths, bounds and what an instruction needs for the moment; the call's arguments are in constant memory.
    private const int OtherRegisters = 48;

    // With fewer keys, barriers, shuffles and indices are for too few products.
    private const int LeastKeys = 32;

    // ldmatrix: four matrices of 8 x 8.
    private const int LoadBytes = 512;

    /// <summary>Query rows of a warp.</summary>
    public int WarpRows => RowBlocks * Block;

    /// <summary>Query rows of a group; also the FLOP done for each byte of keys and values that the group reads.</summary>
    public int Rows => Warps * WarpRows;

    /// <summary>How rows of queries and keys stand in shared memory.</summary>
    public TensorRows QueryRows => new(QueryDim);

    /// <summary>How rows of values stand in shared memory.</summary>
    public TensorRows ValueRows => new(ValueDim);

    /// <summary>Bytes of the tile's queries.</summary>
    public int QueryBytes => Rows * QueryRows.Pitch;

    /// <summary>Bytes of one tile of keys.</summary>
    public int KeyBytes => Keys * QueryRows.Pitch;

    /// <summary>Bytes of one tile of keys and its values, which follow the keys.</summary>
    public int StageBytes => KeyBytes + (Keys * ValueRows.Pitch);

    /// <summary>Where queries stand: in front of the keys if they stay, otherwise where the second stage will.</summary>
    public int QueriesAt => HoldsQueries ? StageBytes : 0;

    /// <summary>Where the first stage stands.</summary>
    public int KeysAt => HoldsQueries ? 0 : QueryBytes;

    /// <summary>Shared memory of a group.</summary>
    public int SharedBytes => StageBytes + (HoldsQueries ? Math.Max(StageBytes, QueryBytes) : QueryBytes);

    /// <summary>Barriers of a tile.</summary>
    public int Barriers => HoldsQueries ? 1 : 2;

    /// <summary>Query registers of a lane: all, or those of one step of 16 features.</summary>
    public int QueryRegisters => RowBlocks * 4 * (HoldsQueries ? QueryDim / Block : 1);

    /// <summary>Registers that a thread has live at most: outputs, scores (their weights take the same place), queries, a maximum and sum of two rows of each block, and the rest.</summary>
    public int Registers => (RowBlocks * ((ValueDim / 2) + (Keys / 2) + 4)) + QueryRegisters + OtherRegisters;

    /// <summary>Products of a warp with a tile: with its keys, and with its values.</summary>
    public int Products => RowBlocks * 2 * ((QueryDim / Block * KeySteps) + (KeySteps * ValueDim / Block));

    /// <summary>Loads of four fragments from shared memory for them.</summary>
    public int Loads => (QueryDim / Block * (KeySteps + (HoldsQueries ? 0 : RowBlocks))) + (KeySteps * ValueDim / Block);

    /// <summary>Bytes of shared memory read for a product.</summary>
    public double LoadedBytesPerProduct => (double)LoadBytes * Loads / Products;

    private int KeySteps => Keys / Block;

    /// <summary>The tile with the most rows that registers and shared memory hold; of these the one with the fewest bytes to load, then the one with the most keys.</summary>
    public static TensorTile Choose(int queryDim, int valueDim) => Candidates(queryDim, valueDim)
        .Where(static tile => tile.SharedBytes <= GpuTile.MostSharedBytes && tile.Registers <= MostRegisters)
        .OrderByDescending(static tile => tile.Rows)
        .ThenByDescending(static tile => Math.Min(tile.Keys, LeastKeys))
        .ThenBy(static tile => tile.LoadedBytesPerProduct)
        .ThenByDescending(static tile => tile.Keys)
        .First();

    private static IEnumerable<TensorTile> Candidates(int queryDim, int valueDim) =>
        from rowBlocks in new[] { 2, 1 }
        from keys in new[] { 64, 32, 16 }
        from holdsQueries in new[] { true, false }
        select new TensorTile(rowBlocks, keys, holdsQueries, queryDim, valueDim);
}
