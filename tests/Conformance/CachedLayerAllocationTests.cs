using AttentionGen.Allocation;
using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A layer's step over a cache allocates nothing on the managed heap once its buffers exist.</summary>
[Collection(Serial.Name)]
public class CachedLayerAllocationTests
{
    private const int Steps = 20;

    [Theory]
    [InlineData("CachedTwoTableLayer", 1, 1)]
    [InlineData("CachedTwoTableLayer", 4, 0)]
    [InlineData("WideCachedLayer", 1, 1)]
    [InlineData("WideCachedLayer", 1, 0)]
    public void Steps_after_the_first_allocate_nothing(string name, int tokens, int maxThreads)
    {
        (var declaration, CachedLayer layer, Random random) = CachedLayerTests.Prepare(name, "allocation");
        using CachedLayer owned = layer;
        using var cache = new ContiguousKvCache(layer.Shape, 2, tokens * Steps);
        float[] input = random.Normal(2 * tokens * declaration.Width);
        CachedLayerCall step = new(input, new float[input.Length], tokens, cache, [0, 1]) { MaxThreads = maxThreads };
        Assert.Equal(0, Measure(() => layer.Decode(step), cache, 2));
    }

    [Fact]
    public void Mixed_calls_after_the_first_allocate_nothing()
    {
        (var declaration, CachedLayer layer, Random random) = CachedLayerTests.Prepare("WideCachedLayer", "mixed allocation");
        using CachedLayer owned = layer;
        int[] sequences = [.. Enumerable.Range(0, 20)], starts = [0, .. sequences.Select(s => (s * 2) + 30)];
        using var cache = new ContiguousKvCache(layer.Shape, sequences.Length, 30 * Steps);
        float[] input = random.Normal(starts[^1] * declaration.Width);
        CachedLayerCall step = new(input, new float[input.Length], starts[^1], cache, sequences) { CumulativeLengths = starts };
        Assert.Equal(0, Measure(() => layer.Prefill(step), cache, sequences.Length));
    }

    // Tables of positions double as sequences first grow past them: a run is as many steps as the cache holds, from its start.
    private static long Measure(Action step, KvCache cache, int sequences) => AllocationMeter.OfThread(
        () =>
        {
            for (int sequence = 0; sequence < sequences; sequence++)
            {
                cache.Truncate(sequence, 0);
            }

            for (int n = 0; n < Steps; n++)
            {
                step();
            }
        },
        1);
}
