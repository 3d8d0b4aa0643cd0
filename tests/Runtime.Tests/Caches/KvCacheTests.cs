using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests.Caches;

/// <summary>What all three caches promise.</summary>
public class KvCacheTests
{
    public static TheoryData<string, KvPrecision> Caches
    {
        get
        {
            TheoryData<string, KvPrecision> data = [];
            foreach (KvPrecision precision in Enum.GetValues<KvPrecision>())
            {
                data.Add("contiguous", precision);
                data.Add("ring", precision);
                data.Add("paged", precision);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void TokensAreAppendedAndRolledBack(string kind, KvPrecision precision)
    {
        using KvCache cache = Make(kind, KvTokens.Shape(precision));
        KvTokens.Append(cache, 1, [.. Enumerable.Range(0, 21)]);
        KvTokens.Append(cache, 0, 900);
        KvTokens.Append(cache, 1, 100, 101);
        KvTokens.Check(cache, 1, [.. Enumerable.Range(0, 21), 100, 101]);
        KvTokens.Check(cache, 0, [900]);

        cache.Truncate(1, 18);
        KvTokens.Check(cache, 1, [.. Enumerable.Range(0, 18)]);
        KvTokens.Append(cache, 1, 200);
        KvTokens.Check(cache, 1, [.. Enumerable.Range(0, 18), 200]);
        cache.Truncate(1, 0);
        KvTokens.Check(cache, 1, []);
        KvTokens.Check(cache, 0, [900]);
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("ring")]
    public unsafe void PagesOfAHeadFollowEachOther(string kind)
    {
        KvShape shape = KvTokens.Shape();
        using KvCache cache = Make(kind, shape);
        KvTokens.Append(cache, 0, [.. Enumerable.Range(0, shape.PageTokens)]);
        KvTokens.Append(cache, 0, [.. Enumerable.Range(0, shape.PageTokens)]);
        KvSequence view = cache.View(0), next = cache.View(1);
        Assert.Equal(shape.HeadBytes, view.Head(1, 0) - view.Head(0, 0));
        Assert.Equal(shape.HeadBytes, view.Head(1, 1) - view.Head(0, 1));
        Assert.Equal(next.Head(0, 0) - view.Head(0, 0), shape.KvHeads * view.HeadStride);
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void OnlyWhatIsCommittedStays(string kind, KvPrecision precision)
    {
        using KvCache cache = Make(kind, KvTokens.Shape(precision));
        KvTokens.Append(cache, 0, 1, 2, 3);
        KvTokens.Write(cache, 0, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
        Assert.Equal(3, cache.Length(0));
        cache.Commit(0, 2);
        KvTokens.Check(cache, 0, [1, 2, 3, 4, 5]);

        KvTokens.Write(cache, 0, [50, 51, 52]);
        cache.Reserve(0, 1);
        cache.Commit(0, 0);
        KvTokens.Check(cache, 0, [1, 2, 3, 4, 5]);

        KvTokens.Write(cache, 0, [60, 61]);
        cache.Truncate(0, 5);
        KvTokens.Check(cache, 0, [1, 2, 3, 4, 5]);
        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => cache.Commit(0, 1));
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("ring")]
    [InlineData("paged")]
    public void BadCallsNameTheirArgumentAndChangeNothing(string kind)
    {
        KvCache cache = Make(kind, KvTokens.Shape());
        KvTokens.Append(cache, 0, 1, 2, 3);
        cache.Reserve(0, 2);
        foreach (int sequence in new[] { -1, 2, int.MaxValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Length(sequence));
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Capacity(sequence));
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.View(sequence).Length);
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Reserve(sequence, 1));
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Commit(sequence, 0));
            Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Truncate(sequence, 0));
        }

        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => cache.Reserve(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => cache.Commit(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => cache.Commit(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => cache.Truncate(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => cache.Truncate(0, 4));
        Assert.Throws<ArgumentNullException>("stream", () => cache.Save(null!, 0));
        Assert.Throws<ArgumentNullException>("stream", () => cache.Load(null!, 0));
        cache.Commit(0, 0);
        KvTokens.Check(cache, 0, [1, 2, 3]);

        cache.Dispose();
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Length(0));
        Assert.Throws<ObjectDisposedException>(() => cache.Reserve(0, 1));
        Assert.Throws<ObjectDisposedException>(() => cache.View(0).Length);
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("paged")]
    public void WhatDoesNotFitIsRefusedWhole(string kind)
    {
        using KvCache cache = Make(kind, KvTokens.Shape());
        int capacity = cache.Capacity(0);
        int[] ids = [.. Enumerable.Range(0, capacity - 1)];
        KvTokens.Append(cache, 0, ids);
        Assert.Equal(capacity, cache.Capacity(0));
        KvTokens.Write(cache, 0, [7]);
        Assert.Contains($"{capacity - 1} tokens", Assert.Throws<InvalidOperationException>(() => cache.Reserve(0, 2)).Message);
        Assert.Throws<InvalidOperationException>(() => cache.Reserve(0, int.MaxValue));

        // The earlier reservation still stands.
        cache.Commit(0, 1);
        KvTokens.Check(cache, 0, [.. ids, 7]);
        cache.Reserve(0, 0);
        Assert.Throws<InvalidOperationException>(() => cache.Reserve(0, 1));
    }

    [Fact]
    public void BadSizesNameTheirArgument()
    {
        KvShape shape = KvTokens.Shape();
        Assert.Throws<ArgumentNullException>("shape", () => new ContiguousKvCache(null!, 1, 1));
        Assert.Throws<ArgumentNullException>("shape", () => new RingKvCache(null!, 1, 1));
        Assert.Throws<ArgumentNullException>("shape", () => new PagedKvCache(null!, 1));
        Assert.Throws<ArgumentOutOfRangeException>("sequences", () => new ContiguousKvCache(shape, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new ContiguousKvCache(shape, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("sequences", () => new RingKvCache(shape, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("window", () => new RingKvCache(shape, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("sinks", () => new RingKvCache(shape, 1, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>("mostNewTokens", () => new RingKvCache(shape, 1, 1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>("pages", () => new PagedKvCache(shape, 0));
    }

    [Theory]
    [MemberData(nameof(Caches))]
    public void StepsAllocateNothing(string kind, KvPrecision precision)
    {
        using KvCache cache = Make(kind, KvTokens.Shape(precision));
        int[] ids = [1, 2, 3];
        Assert.Equal(0, AllocationMeter.OfThread(Step));

        void Step()
        {
            for (int token = 0; token < 40; token += 2)
            {
                KvTokens.Write(cache, 0, ids);
                cache.Commit(0, 2);
            }

            cache.Truncate(0, cache.Length(0) - 3);
            if (cache is PagedKvCache paged)
            {
                int fork = paged.Fork(0);
                KvTokens.Append(cache, fork, ids);
                cache.Truncate(fork, 1);
                paged.Release(fork);
                cache.Truncate(0, 0);
            }
            else if (cache is ContiguousKvCache)
            {
                cache.Truncate(0, 0);
            }
        }
    }

    /// <summary>A cache with sequences 0 and 1.</summary>
    internal static KvCache Make(string kind, KvShape shape)
    {
        if (kind != "paged")
        {
            return kind == "ring" ? new RingKvCache(shape, 2, window: 30, sinks: 5, mostNewTokens: 24) : new ContiguousKvCache(shape, 2, 70);
        }

        PagedKvCache paged = new(shape, 6);
        Assert.Equal(0, paged.Create());
        Assert.Equal(1, paged.Create());
        return paged;
    }
}
