using Xunit;

namespace AttentionGen.Runtime.Tests;

/// <summary>Block masks classify what they are built from.</summary>
public class BlockMaskTests
{
    [Theory]
    [InlineData(96, 128, 0, 4, 0)]
    [InlineData(97, 129, 0, 9, 0)]
    [InlineData(0, 0, 0, 0, 0)]
    public void Everything_kept_is_full(int queries, int keys, int empty, int full, int partial) =>
        AssertBlocks(BlockMask.From(1, 1, queries, keys, static (_, _, _, _) => true), empty, full, partial);

    [Fact]
    public void A_causal_mask_is_a_staircase()
    {
        BlockMask mask = BlockMask.From(1, 1, 192, 192, static (_, _, query, key) => key <= query);

        // Rows of blocks end at queries 47, 95, 143, 191; columns at keys 63, 127, 191.
        AssertBlocks(mask, empty: 3, full: 3, partial: 6);
    }

    [Fact]
    public void Documents_see_themselves_whatever_their_order()
    {
        int[] ids = [.. Enumerable.Repeat(7, 96), .. Enumerable.Repeat(3, 96)];
        AssertBlocks(BlockMask.FromDocuments(ids), empty: 4, full: 4, partial: 4);
        AssertBlocks(BlockMask.FromDocuments([.. ids, .. Enumerable.Repeat(1, 192)], batch: 2), empty: 4, full: 16, partial: 4);
        AssertBlocks(BlockMask.FromDocuments([.. Enumerable.Range(0, 96)]), empty: 1, full: 0, partial: 3);
    }

    [Fact]
    public void A_keep_mask_keeps_its_shape()
    {
        bool[] values = new bool[2 * 3 * 5 * 7];
        values[^1] = true;
        BlockMask mask = BlockMask.FromKeep(new KeepMask(values, 2, 3, 5, 7));
        Assert.Equal((2, 3, 5, 7), (mask.Batch, mask.Heads, mask.QueryLength, mask.KeyLength));
        AssertBlocks(mask, empty: 5, full: 0, partial: 1);
    }

    [Fact]
    public void Bad_sizes_are_named()
    {
        Assert.Equal("queryLength", Assert.Throws<ArgumentOutOfRangeException>(static () => BlockMask.From(1, 1, -1, 1, static (_, _, _, _) => true)).ParamName);
        Assert.Equal("documentIds", Assert.Throws<ArgumentException>(static () => BlockMask.FromDocuments([1, 2, 3], batch: 2)).ParamName);
    }

    private static void AssertBlocks(BlockMask mask, int empty, int full, int partial) =>
        Assert.Equal((empty, full, partial), (mask.EmptyBlocks, mask.FullBlocks, mask.PartialBlocks));
}
