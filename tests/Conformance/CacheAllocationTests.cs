using AttentionGen.Allocation;
using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>A decoding step allocates nothing on the managed heap once its workspaces exist.</summary>
[Collection(Serial.Name)]
public class CacheAllocationTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(1, 0)]
    public void Steps_after_the_first_allocate_nothing(int tokens, int maxThreads)
    {
        CacheHost host = CacheHost.Of(CacheDeclarations.Rope);
        const int Past = 2100, Steps = 20;
        KernelCall whole = ConformanceCase.Plain(host.Declaration, TestSeed.For("cache allocation"), 1, Past + tokens, Past + tokens).NewCall().With(maxThreads: maxThreads);
        int capacity = Past + (tokens * Steps);
        using KvCache cache = new ContiguousKvCache(host.Shape, 1, capacity);
        host.Append(new CacheCall(CutCall.Piece(whole, 0, Past), cache, [0]));
        var step = new CacheCall(CutCall.Piece(whole, Past, tokens), cache, [0]);
        Assert.Equal(0, AllocationMeter.OfThread(
            () =>
            {
                if (cache.Length(0) + tokens > capacity)
                {
                    cache.Truncate(0, Past);
                }

                host.Decode(step);
            },
            Steps));
    }
}
