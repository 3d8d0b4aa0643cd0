using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests.Caches;

public class RingKvCacheTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(16, 4, 1)]
    [InlineData(31, 0, 7)]
    [InlineData(40, 17, 33)]
    public void EveryNewTokenFindsItsWindowAndTheSinks(int window, int sinks, int mostNew)
    {
        using RingKvCache cache = new(KvTokens.Shape(), 1, window, sinks, mostNew);
        Assert.Equal((window, sinks, mostNew, int.MaxValue), (cache.Window, cache.Sinks, cache.MostNewTokens, cache.Capacity(0)));
        List<int> ids = [];
        while (ids.Count < 400)
        {
            int[] fresh = [.. Enumerable.Range(ids.Count, Random.Shared.Next(1, mostNew + 1))];
            KvTokens.Write(cache, 0, fresh);
            KvSequence view = cache.View(0);
            Assert.True(view.FirstToken <= Math.Max(0, ids.Count - window), $"length {ids.Count}: the oldest token held is {view.FirstToken}");
            Assert.True(view.FixedPages * cache.Shape.PageTokens >= sinks);
            int accepted = Random.Shared.Next(0, fresh.Length + 1);
            cache.Commit(0, accepted);
            ids.AddRange(fresh.AsSpan(0, accepted));
            KvTokens.Check(cache, 0, ids);
        }

        Assert.True(cache.View(0).FirstToken > 0);
        Assert.Throws<ArgumentOutOfRangeException>("tokens", () => cache.Reserve(0, mostNew + 1));
    }

    [Fact]
    public void WhatWasDroppedIsNotRolledBackTo()
    {
        using RingKvCache cache = new(KvTokens.Shape(), 1, window: 16, sinks: 4, mostNewTokens: 16);
        List<int> ids = [];
        for (int n = 0; n < 20; n++)
        {
            ids.AddRange(Enumerable.Range(16 * n, 16));
            KvTokens.Append(cache, 0, [.. ids.TakeLast(16)]);
        }

        int first = cache.View(0).FirstToken;
        Assert.True(first > 0);
        string message = Assert.Throws<InvalidOperationException>(() => cache.Truncate(0, first + 15)).Message;
        Assert.Contains($"cut to is {first + 16}", message);
        Assert.Throws<InvalidOperationException>(() => cache.Truncate(0, 17));
        KvTokens.Check(cache, 0, ids);

        ids.RemoveRange(first + 16, ids.Count - first - 16);
        cache.Truncate(0, first + 16);
        KvTokens.Check(cache, 0, ids);
        KvTokens.Append(cache, 0, 5000, 5001);
        KvTokens.Check(cache, 0, [.. ids, 5000, 5001]);

        // The fixed page holds the first 16 tokens: down there nothing is missing, and nothing is lost any more.
        cache.Truncate(0, 9);
        Assert.Equal(9, KvTokens.Check(cache, 0, [.. Enumerable.Range(0, 9)]));
        KvTokens.Append(cache, 0, 6000, 6001, 6002, 6003, 6004, 6005, 6006, 6007, 6008);
        Assert.Equal(18, KvTokens.Check(cache, 0, [.. Enumerable.Range(0, 9), .. Enumerable.Range(6000, 9)]));
    }

    [Fact]
    public void RandomOperationsAgreeWithTheModel()
    {
        for (int round = 0; round < 20; round++)
        {
            Random random = Random.Shared;
            using RingKvCache cache = new(KvTokens.Shape((KvPrecision)(round % 4), 16 << (round % 3)), 2, random.Next(0, 60), random.Next(0, 40), 20);
            List<int>[] ids = [[], []];
            for (int n = 0; n < 200; n++)
            {
                int sequence = random.Next(2);
                List<int> own = ids[sequence];
                if (random.Next(5) == 0)
                {
                    int length = random.Next(Math.Max(0, own.Count - 30), own.Count + 1);
                    try
                    {
                        cache.Truncate(sequence, length);
                        own.RemoveRange(length, own.Count - length);
                    }
                    catch (InvalidOperationException)
                    {
                        Assert.True(cache.View(sequence).FirstToken > length - cache.Window);
                    }
                }
                else
                {
                    int[] fresh = [.. Enumerable.Range(1000 * n, random.Next(0, 21))];
                    KvTokens.Write(cache, sequence, fresh);
                    int accepted = random.Next(0, fresh.Length + 1);
                    cache.Commit(sequence, accepted);
                    own.AddRange(fresh.AsSpan(0, accepted));
                }

                KvTokens.Check(cache, 0, ids[0]);
                KvTokens.Check(cache, 1, ids[1]);
            }
        }
    }
}
