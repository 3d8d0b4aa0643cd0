using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests.Caches;

/// <summary>What calls over a cache on the device refuse, and that nothing has changed then.</summary>
public class GpuCacheRefusalTests
{
    private static readonly Lazy<GpuCacheHost> Host = new(static () => GpuCacheHost.Compile([new Declaration("causal", Argument.ParseList(typeof(AttentionAttribute), "MaxLength = 30"), [], new HeadShape(2, 1, 8, 8)) { Cache = Argument.ParseList(typeof(KvCacheAttribute), "Capacity = 40") }])[0]);

    [Fact]
    public void More_tokens_than_it_has_room_for()
    {
        using GpuKvCache cache = Filled();
        var refused = Assert.Throws<InvalidOperationException>(() => Host.Value.Append(Call(5), cache, 1));
        Assert.Contains("Sequence 1 holds 8 tokens and can reach 12; 5 more were asked for", refused.Message, StringComparison.Ordinal);
        AssertUnchanged(cache);
    }

    [Fact]
    public void Lengths_that_are_not_declared()
    {
        using GpuKvCache cache = Filled();
        Assert.Contains("Expected 1 to 16 new tokens of sequence 1, but got 17", Assert.Throws<ArgumentException>(() => Host.Value.Decode(Call(17), cache, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 30", Assert.Throws<ArgumentException>(() => Host.Value.Prefill(Call(31), cache, 1)).Message, StringComparison.Ordinal);
        AssertUnchanged(cache);
    }

    [Fact]
    public void Sequences_that_are_not_there_or_twice()
    {
        using GpuKvCache cache = Filled();
        Assert.Throws<ArgumentOutOfRangeException>(() => Host.Value.Decode(Call(1), cache, 2));
        Assert.Contains("one sequence of the cache for each of the 1", Assert.Throws<ArgumentException>(() => Host.Value.Decode(Call(1), cache, 0, 1)).Message, StringComparison.Ordinal);
        KernelCall two = ConformanceCase.Plain(Host.Value.Declaration, new Random(1), 2, 1, 1).NewCall();
        Assert.Contains("1 stands there twice", Assert.Throws<ArgumentException>(() => Host.Value.Decode(two, cache, 1, 1)).Message, StringComparison.Ordinal);
        AssertUnchanged(cache);
    }

    [Fact]
    public void Tensors_of_another_shape_or_without_memory()
    {
        using GpuKvCache cache = Filled();
        KernelCall call = Call(2);
        Assert.Contains("key", Assert.Throws<ArgumentException>(() => Host.Value.Append(call.With(key: call.Query), cache, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("expected separate memory", Assert.Throws<ArgumentException>(() => Aliased(call, cache)).Message, StringComparison.Ordinal);
        AssertUnchanged(cache);
    }

    [Fact]
    public void A_cache_of_another_shape_or_precision()
    {
        using var other = new GpuKvCache(GpuKernels.Context, new KvShape(1, 8, 12), 2, 12);
        Assert.Contains("Expected a cache of the shape", Assert.Throws<ArgumentException>(() => Host.Value.Decode(Call(1), other, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("Int8", Assert.Throws<ArgumentException>(static () => new GpuKvCache(GpuKernels.Context, new KvShape(1, 8, 8, KvPrecision.Int8), 1, 4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new GpuKvCache(GpuKernels.Context, Host.Value.Shape, 0, 4));
        Assert.Throws<ArgumentNullException>(static () => Host.Value.Decode(Call(1), null!, 0));
    }

    [Fact]
    public void Settings_of_the_processor()
    {
        using GpuKvCache cache = Filled();
        KernelCall call = Call(1);
        Assert.Contains("a cache is for inference", Assert.Throws<ArgumentException>(() => Host.Value.Decode(call.With(call.Inputs with { DropoutSeed = 1 }), cache, 1)).Message, StringComparison.Ordinal);
        AssertUnchanged(cache);
    }

    [Fact]
    public void Truncating_to_what_it_does_not_hold()
    {
        GpuKvCache cache = Filled();
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(1, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Truncate(1, -1));
        AssertUnchanged(cache);
        Assert.Equal(2L * 12 * (2 + 2) * 16, cache.Bytes);
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Length(0));
    }

#if !ILGPU_PRESENT
    [Fact]
    public void A_device_without_room_gives_back_what_it_gave()
    {
        // Keys fit, values do not.
        var shape = new KvShape(1, 8, 1024);
        Assert.Throws<GpuOutOfMemoryException>(() => new GpuKvCache(GpuKernels.Context, shape, 1, 1 << 20));
        using var cache = new GpuKvCache(GpuKernels.Context, new KvShape(1, 8, 8), 1, 1 << 10);
        Assert.Equal(0, cache.Length(0));
    }
#endif

    private static GpuKvCache Filled()
    {
        GpuKvCache cache = Host.Value.NewCache(2, 12);
        Host.Value.Append(Call(8), cache, 1);
        return cache;
    }

    private static KernelCall Call(int tokens) => ConformanceCase.Plain(Host.Value.Declaration, new Random(1), 1, tokens, tokens).NewCall();

    private static void Aliased(KernelCall call, GpuKvCache cache)
    {
        using var memory = new DeviceCall(GpuKernels.Context, call);
        var key = new DeviceTensorView(memory.Output.Memory!, memory.Output.Offset, TensorLayout.HeadsFirst(1, 1, 2, 8));
        Host.Value.DecodeOver(memory.Query, key, memory.Value, memory.Output, call, cache, 1);
    }

    // Eight tokens, and a decoding step that goes on from them as it would have.
    private static void AssertUnchanged(GpuKvCache cache)
    {
        Assert.Equal([0, 8], new[] { cache.Length(0), cache.Length(1) });
        using GpuKvCache fresh = Filled();
        KernelCall one = Call(1), other = Call(1);
        Host.Value.Decode(one, cache, 1);
        Host.Value.Decode(other, fresh, 1);
        Assert.True(Bits.Same(other.Output.Get(), one.Output.Get()));
        cache.Truncate(1, 8);
    }
}
