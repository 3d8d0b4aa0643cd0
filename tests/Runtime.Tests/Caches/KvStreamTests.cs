namespace AttentionGen.Runtime.Tests.Caches;

/// <summary>Sequences to streams and back.</summary>
public class KvStreamTests
{
    private static readonly int[] Ids = [.. Enumerable.Range(40, 37)];

    [Theory]
    [MemberData(nameof(KvCacheTests.Caches), MemberType = typeof(KvCacheTests))]
    public void EveryKindReadsWhatEveryKindWrote(string kind, KvPrecision precision)
    {
        foreach (string other in new[] { "contiguous", "ring", "paged" })
        {
            using KvCache source = KvCacheTests.Make(kind, KvTokens.Shape(precision, 16));
            using KvCache target = KvCacheTests.Make(other, KvTokens.Shape(precision, 32));
            KvTokens.Append(source, 0, Ids[..20]);
            KvTokens.Append(source, 0, Ids[20..]);
            KvTokens.Append(source, 1, 1, 2, 3);
            using MemoryStream stream = new();
            source.Save(stream, 0);
            source.Save(stream, 1);
            stream.Position = 0;
            target.Load(stream, 1);
            target.Load(stream, 0);
            Assert.Equal(stream.Length, stream.Position);
            KvTokens.Check(target, 1, Ids);
            KvTokens.Check(target, 0, [1, 2, 3]);
            KvTokens.Append(target, 1, 77);
            KvTokens.Check(target, 1, [.. Ids, 77]);
        }
    }

    [Fact]
    public void ARingSavesWhatItHolds()
    {
        using RingKvCache source = new(KvTokens.Shape(), 1, window: 30, sinks: 5, mostNewTokens: 16);
        List<int> ids = [];
        while (ids.Count < 207)
        {
            ids.Add(ids.Count + 500);
            KvTokens.Append(source, 0, ids[^1]);
        }

        using MemoryStream stream = new();
        source.Save(stream, 0);
        foreach ((int window, int sinks, bool fits) in new[] { (30, 5, true), (10, 0, true), (30, 16, true), (30, 17, false), (100, 0, false) })
        {
            using RingKvCache target = new(KvTokens.Shape(), 1, window, sinks, 16);
            stream.Position = 0;
            if (!fits)
            {
                Assert.Contains("207 tokens", Assert.Throws<InvalidDataException>(() => target.Load(stream, 0)).Message);
                KvTokens.Check(target, 0, []);
                continue;
            }

            target.Load(stream, 0);
            Assert.True(KvTokens.Check(target, 0, ids) >= window + sinks);
            Assert.True(target.View(0).FirstToken <= ids.Count - window);
            KvTokens.Append(target, 0, 1);
            KvTokens.Check(target, 0, [.. ids, 1]);
            Assert.Throws<InvalidOperationException>(() => target.Truncate(0, 60));
        }

        using ContiguousKvCache all = new(KvTokens.Shape(), 1, 300);
        stream.Position = 0;
        Assert.Contains("needs all 207", Assert.Throws<InvalidDataException>(() => all.Load(stream, 0)).Message);
        KvTokens.Check(all, 0, []);
    }

    [Fact]
    public void ALongSequenceComesDownToARing()
    {
        using ContiguousKvCache source = new(KvTokens.Shape(), 1, 300);
        int[] ids = [.. Enumerable.Range(0, 250)];
        KvTokens.Append(source, 0, ids);
        using MemoryStream stream = new();
        source.Save(stream, 0);
        stream.Position = 0;
        using RingKvCache target = new(KvTokens.Shape(), 1, window: 40, sinks: 20);
        target.Load(stream, 0);
        Assert.InRange(KvTokens.Check(target, 0, ids), 60, 249);
        KvTokens.Append(target, 0, 9, 8, 7);
        KvTokens.Check(target, 0, [.. ids, 9, 8, 7]);
    }

    [Fact]
    public void WhatIsOnlyReservedIsNotSaved()
    {
        using KvCache source = KvCacheTests.Make("contiguous", KvTokens.Shape());
        using KvCache target = KvCacheTests.Make("paged", KvTokens.Shape());
        KvTokens.Append(source, 0, Ids);
        KvTokens.Write(source, 0, [7, 8, 9]);
        using MemoryStream stream = new();
        source.Save(stream, 0);
        source.Commit(0, 3);
        KvTokens.Check(source, 0, [.. Ids, 7, 8, 9]);
        stream.Position = 0;
        target.Load(stream, 0);
        KvTokens.Check(target, 0, Ids);
    }

    [Theory]
    [InlineData("contiguous")]
    [InlineData("ring")]
    [InlineData("paged")]
    public void BrokenStreamsLeaveTheCacheAsItWas(string kind)
    {
        using KvCache cache = KvCacheTests.Make(kind, KvTokens.Shape(KvPrecision.Int8));
        KvTokens.Append(cache, 0, Ids[..20]);
        KvTokens.Append(cache, 0, Ids[20..]);
        using MemoryStream stream = new();
        cache.Save(stream, 0);
        byte[] whole = stream.ToArray();
        int free = (cache as PagedKvCache)?.FreePages ?? 0;

        // Cut anywhere, and with any one bit changed. What the header says of the shape comes with its own message.
        for (int at = 0; at < whole.Length; at += at < 60 ? 1 : 97)
        {
            Assert.Contains("ends", Assert.Throws<InvalidDataException>(() => cache.Load(new MemoryStream(whole, 0, at), 1)).Message);
            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << Random.Shared.Next(8));
            Exception error = Assert.ThrowsAny<Exception>(() => cache.Load(new MemoryStream(changed), 1));
            Assert.True(error is InvalidDataException or InvalidOperationException, $"byte {at}: {error}");
            KvTokens.Check(cache, 0, Ids);
            KvTokens.Check(cache, 1, []);
            Assert.Equal(free, (cache as PagedKvCache)?.FreePages ?? 0);
        }

        Assert.Throws<IOException>(() => cache.Load(new FailingStream(whole, 700), 1));
        KvTokens.Check(cache, 1, []);
        Assert.Contains("holds 37 tokens", Assert.Throws<InvalidOperationException>(() => cache.Load(new MemoryStream(whole), 0)).Message);
        cache.Truncate(0, 0);
        cache.Load(new MemoryStream(whole), 1);
        KvTokens.Check(cache, 1, Ids);
    }

    [Fact]
    public void TheMessageTellsWhatIsWrong()
    {
        using ContiguousKvCache source = new(KvTokens.Shape(KvPrecision.Half), 1, 100);
        KvTokens.Append(source, 0, Ids);
        using MemoryStream stream = new();
        source.Save(stream, 0);
        Refuses(stream, new KvShape(2, 8, 12), "Half", "Single");
        Refuses(stream, new KvShape(3, 8, 12, KvPrecision.Half), "2 KV heads", "3 KV heads");
        Refuses(stream, new KvShape(2, 4, 12, KvPrecision.Half), "head dim 8", "head dim 4");
        Refuses(stream, new KvShape(2, 8, 16, KvPrecision.Half), "value dim 12", "value dim 16");
        stream.Position = 8;
        stream.WriteByte(2);
        Refuses(stream, KvTokens.Shape(KvPrecision.Half), "version 2", "expected 1");
        Refuses(new MemoryStream("{\"a\":1} and quite a few bytes more than a header has"u8.ToArray()), KvTokens.Shape(), "AKVCache");

        using MemoryStream fine = new();
        source.Save(fine, 0);
        fine.Position = 0;
        using ContiguousKvCache small = new(KvTokens.Shape(KvPrecision.Half), 1, 36);
        Assert.Contains("37 tokens; sequence 0 can reach 36", Assert.Throws<InvalidOperationException>(() => small.Load(fine, 0)).Message);
    }

    private static void Refuses(Stream stream, KvShape shape, params string[] parts)
    {
        using ContiguousKvCache cache = new(shape, 1, 100);
        stream.Position = 0;
        string message = Assert.Throws<InvalidDataException>(() => cache.Load(stream, 0)).Message;
        Assert.All(parts, part => Assert.Contains(part, message));
    }

    /// <summary>Gives some bytes, then fails.</summary>
    private sealed class FailingStream(byte[] bytes, int good) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => Position >= good ? throw new IOException("The line went dead.") : base.Read(buffer[..(int)Math.Min(buffer.Length, good - Position)]);
    }
}
