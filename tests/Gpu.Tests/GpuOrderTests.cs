namespace AttentionGen.Gpu.Tests;

/// <summary>The order of a launch's groups: every tile once, long causal ones first, heads that share keys and values side by side, and no long group left at the end.</summary>
public class GpuOrderTests
{
    public static TheoryData<int, int, int, int> Launches => new() { { 1, 1, 1, 1 }, { 5, 1, 1, 0 }, { 5, 7, 1, 3 }, { 4, 24, 4, 2 }, { 3, 16, 8, 1 }, { 9, 6, 2, 100 } };

    [Theory]
    [MemberData(nameof(Launches))]
    public void Every_tile_is_visited_once(int tiles, int heads, int groupSize, int kvHeadsInCache)
    {
        GpuAttentionCall call = Call(tiles, heads, groupSize, kvHeadsInCache);
        Assert.Equal(Enumerable.Range(0, tiles * heads), Enumerable.Range(0, tiles * heads).Select(group => GpuOrder.Place(call, group)).Order());
    }

    [Fact]
    public void A_call_without_sections_goes_head_by_head() =>
        Assert.Equal(Enumerable.Range(0, 12), Enumerable.Range(0, 12).Select(static group => GpuOrder.Place(new GpuAttentionCall { Tiles = 4 }, group)));

    // Two KV heads, of four query heads each, fit into their part of the cache; of three KV heads one comes first.
    [Fact]
    public void The_last_tiles_of_a_section_come_first_and_heads_of_a_kv_head_stand_together()
    {
        GpuAttentionCall call = Call(tiles: 3, heads: 12, groupSize: 4, kvHeadsInCache: 2);
        GpuWork[] order = [.. Enumerable.Range(0, 36).Select(group => GpuWork.Of(call with { QueryLength = 300, KeyLength = 300 }, GpuOrder.Place(call, group), 12, 4, 100))];
        Assert.Equal([.. Enumerable.Range(0, 12).Select(static n => n % 4), .. Enumerable.Range(0, 24).Select(static n => 4 + (n % 8))], order.Select(static work => work.Head));
        Assert.Equal([.. Enumerable.Range(0, 12).Select(static n => 200 - (n / 4 * 100)), .. Enumerable.Range(0, 24).Select(static n => 200 - (n / 8 * 100))], order.Select(static work => work.FirstRow));
    }

    // A device of 132 multiprocessors with two groups each and a cache of 50 MB takes groups as it gets free. 16k tokens of causal attention in tiles of 128 queries,
    // [batch, heads] so that all shapes have as much work: no more than 5% over what perfect sharing would take, where head by head costs up to a quarter.
    [Theory]
    [InlineData(8, 16384, 128)]
    [InlineData(16, 16384, 128)]
    [InlineData(32, 16384, 64)]
    [InlineData(13, 16384, 128)]
    [InlineData(32, 8192, 128)]
    [InlineData(64, 4096, 128)]
    [InlineData(128, 2048, 64)]
    [InlineData(256, 1024, 128)]
    public void Multiprocessors_end_together(int heads, int keys, int dim)
    {
        int tiles = keys / 128;
        (int together, int first) = GpuOrder.Sections(heads, 1, 4L * keys * dim, 50L << 20);
        double inSections = Overtime(new GpuAttentionCall { Tiles = tiles, HeadsTogether = together, HeadsFirst = first }, heads), byHead = Overtime(new GpuAttentionCall { Tiles = tiles }, heads);
        Assert.InRange(inSections, 1, 1.05);
        Assert.True(byHead > inSections);
    }

    private static double Overtime(GpuAttentionCall call, int heads)
    {
        const int Groups = 264;
        var free = new PriorityQueue<int, long>(Enumerable.Range(0, Groups).Select(static n => (n, 0L)));
        long work = 0, end = 0;
        for (int group = 0; group < heads * call.Tiles; group++)
        {
            // Key tiles of 32, and half a tile's time to begin and end.
            long length = (8L * (call.Tiles - (GpuOrder.Place(call, group) % call.Tiles))) + 4;
            free.TryDequeue(out int at, out long start);
            free.Enqueue(at, start + length);
            (work, end) = (work + length, Math.Max(end, start + length));
        }

        return end / Math.Max(work / (double)Groups, (8 * call.Tiles) + 4);
    }

    private static GpuAttentionCall Call(int tiles, int heads, int groupSize, int kvHeadsInCache)
    {
        (int together, int first) = GpuOrder.Sections(heads, groupSize, 1000, 1500L * kvHeadsInCache);
        return new GpuAttentionCall { Tiles = tiles, HeadsTogether = together, HeadsFirst = first };
    }
}
