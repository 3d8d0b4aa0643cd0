using AttentionGen.Generator.Catalog;

namespace AttentionGen.Generator.Tests;

/// <summary>
/// What tiles on tensor cores are chosen by: FLOP for a byte that comes from L2, bytes from shared memory for a product, registers and shared memory, and so how many groups
/// share a multiprocessor (compute capability 9.0: 65,536 registers, 227 KB of shared memory for groups, of which each takes 1 KB more than it asks for).
/// </summary>
public class TensorTileTests
{
    public static TheoryData<int, int> Dims
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int query in Multiples())
            {
                foreach (int value in Multiples())
                {
                    data.Add(query, value);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Dims))]
    public void Every_head_dim_has_a_tile_of_which_two_groups_fit(int queryDim, int valueDim)
    {
        TensorTile tile = TensorTile.Choose(queryDim, valueDim);
        Assert.InRange(tile.SharedBytes, 1, 48 * 1024);
        Assert.InRange(2 * (tile.SharedBytes + 1024), 1, 227 * 1024);
        Assert.InRange(tile.Registers, 1, TensorTile.MostRegisters);
        Assert.InRange(2 * 255 * TensorTile.Threads, 1, 65536);
        Assert.True(tile.QueriesAt % 16 == 0 && tile.KeysAt % 16 == 0 && tile.KeyBytes % 16 == 0 && tile.StageBytes % 16 == 0);
        Assert.InRange(tile.QueriesAt + tile.QueryBytes, 1, tile.SharedBytes);
        Assert.InRange(tile.KeysAt + ((tile.HoldsQueries ? 2 : 1) * tile.StageBytes), 1, tile.SharedBytes);
        Assert.True(tile.HoldsQueries || tile.KeysAt >= tile.QueriesAt + tile.QueryBytes);
    }

    // 128 rows: 250 TFLOP/s take 250e12 / 128 = 2 TB/s of L2. A product (one clock of a multiprocessor at best) needs one clock of shared memory at 128 bytes, 1.5 at 192.
    [Theory]
    [InlineData(64, 128, 64, 128, 1, 32 * 1024, 128.0, 216)]
    [InlineData(96, 128, 32, 96, 1, 39936, 128.0, 232)]
    [InlineData(128, 128, 32, 128, 2, 48 * 1024, 192.0, 224)]
    [InlineData(192, 64, 32, 96, 1, 48 * 1024, 256.0, 212)]
    [InlineData(256, 64, 16, 64, 2, 48 * 1024, 384.0, 192)]
    public void The_usual_head_dims_have_these(int dim, int flopPerByte, int keys, int products, int barriers, int sharedBytes, double bytesPerProduct, int registers)
    {
        TensorTile tile = TensorTile.Choose(dim, dim);
        Assert.Equal((flopPerByte, keys, products, barriers), (tile.Rows, tile.Keys, tile.Products, tile.Barriers));
        Assert.Equal((sharedBytes, bytesPerProduct, registers), (tile.SharedBytes, tile.LoadedBytesPerProduct, tile.Registers));

        // The definitions: a pair of a row and a key takes 4 FLOP a feature; a key and its value have 4 bytes a feature; a product is one of [16, 16] and [16, 8].
        double flop = 4.0 * dim * tile.Rows * tile.Keys;
        Assert.Equal(flopPerByte, flop / (4.0 * dim * tile.Keys));
        Assert.Equal(flop / TensorTile.Warps, products * 2.0 * 16 * 16 * 8);
    }

    // Of eight rows read together no two pieces begin at the same of the 8 places of 16 bytes that the banks make.
    [Fact]
    public void Eight_rows_are_read_from_different_banks() => Assert.All(Multiples(), static dim =>
    {
        var rows = new TensorRows(dim);
        for (int step = 0; step < dim / 16; step++)
        {
            for (int piece = 0; piece < 2; piece++)
            {
                int[] places = [.. Enumerable.Range(0, 8).Select(row => PlaceOf(rows, row, piece, step))];
                Assert.Equal(8, places.Select(static place => place / 16 % 8).Distinct().Count());
                Assert.All(places.Select(static (place, row) => (place, row)), each => Assert.InRange(each.place, each.row * rows.Pitch, (each.row * rows.Pitch) + (dim * 2) - 16));
            }
        }

        Assert.Equal(dim / 8 * 8, Enumerable.Range(0, 8).SelectMany(row => Enumerable.Range(0, dim / 8).Select(piece => PlaceOf(rows, row, piece % 2, piece / 2))).Distinct().Count());
    });

    // As kernels compute it: the place of the first step's piece, xor the turn of the address, and the offset from there.
    private static int PlaceOf(TensorRows rows, int row, int piece, int step)
    {
        int swizzle = !rows.IsSwizzled ? 0 : rows.Pieces == 4 ? (row / 2) & 3 : row & 7;
        return (((row * rows.Pitch) + ((piece ^ swizzle) * 16)) ^ TensorRows.Turn(step % rows.Addresses)) + rows.Offset(step);
    }

    private static IEnumerable<int> Multiples() => Enumerable.Range(2, 15).Select(static n => n * TensorTile.Block);
}
