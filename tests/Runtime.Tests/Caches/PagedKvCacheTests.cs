using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests.Caches;

public unsafe class PagedKvCacheTests
{
    [Fact]
    public void ForksShareUntilOneWrites()
    {
        using PagedKvCache cache = new(KvTokens.Shape(), 8);
        int first = cache.Create();
        int[] prompt = [.. Enumerable.Range(0, 40)];
        KvTokens.Append(cache, first, prompt);
        Assert.Equal(5, cache.FreePages);

        int[] beams = [first, cache.Fork(first), cache.Fork(first)];
        Assert.Equal(5, cache.FreePages);
        Assert.Equal(3, cache.SharersOf(first, 39));
        KvTokens.Append(cache, beams[1], 100);
        KvTokens.Append(cache, beams[2], 200);
        Assert.Equal(3, cache.FreePages);
        KvTokens.Append(cache, first, 300);
        Assert.Equal(3, cache.FreePages);
        KvTokens.Check(cache, beams[0], [.. prompt, 300]);
        KvTokens.Check(cache, beams[1], [.. prompt, 100]);
        KvTokens.Check(cache, beams[2], [.. prompt, 200]);

        cache.Release(first);
        Assert.Equal(4, cache.FreePages);
        KvTokens.Check(cache, beams[1], [.. prompt, 100]);
        Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Length(first));
        Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Release(first));
        Assert.Throws<ArgumentOutOfRangeException>("sequence", () => cache.Fork(first));
        Assert.Equal(first, cache.Create());
        KvTokens.Check(cache, first, []);
        Assert.Equal(3, cache.Sequences);
    }

    [Fact]
    public void APrefixIsShared()
    {
        using PagedKvCache cache = new(KvTokens.Shape(), 5);
        int first = cache.Create();
        int[] prompt = [.. Enumerable.Range(0, 40)];
        KvTokens.Append(cache, first, prompt);
        int whole = cache.Fork(first, 32), cut = cache.Fork(first, 20);
        Assert.Equal(1, cache.FreePages);
        KvTokens.Check(cache, whole, prompt[..32]);
        KvTokens.Check(cache, cut, prompt[..20]);
        KvTokens.Append(cache, cut, 7);
        Assert.Equal(1, cache.FreePages);
        KvTokens.Append(cache, whole, 8);
        Assert.Equal(0, cache.FreePages);
        Assert.Throws<InvalidOperationException>(() => cache.Fork(first, 35));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => cache.Fork(first, 41));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => cache.Fork(first, -1));
        Assert.Equal(3, cache.Sequences);
        KvTokens.Check(cache, first, prompt);
        KvTokens.Check(cache, cut, [.. prompt[..20], 7]);
        KvTokens.Check(cache, whole, [.. prompt[..32], 8]);
    }

    [Fact]
    public void CuttingASharedPageLeavesTheOthersWhole()
    {
        using PagedKvCache cache = new(KvTokens.Shape(), 3);
        int first = cache.Create();
        int[] prompt = [.. Enumerable.Range(0, 40)];
        KvTokens.Append(cache, first, prompt);
        int fork = cache.Fork(first);

        // No page is free for a copy of the page that is cut; at a page's edge none is needed.
        Assert.Throws<InvalidOperationException>(() => cache.Truncate(fork, 39));
        Assert.Throws<InvalidOperationException>(() => cache.Reserve(fork, 1));
        Assert.Equal(40, cache.Capacity(fork));
        cache.Truncate(fork, 32);
        KvTokens.Check(cache, fork, prompt[..32]);
        KvTokens.Check(cache, first, prompt);
        cache.Release(first);
        KvTokens.Append(cache, fork, 1, 2);
        KvTokens.Check(cache, fork, [.. prompt[..32], 1, 2]);

        // The page behind the cut is free in time for the copy.
        int second = cache.Fork(fork, 32);
        Assert.Equal(0, cache.FreePages);
        cache.Truncate(fork, 30);
        KvTokens.Check(cache, fork, prompt[..30]);
        KvTokens.Check(cache, second, prompt[..32]);
    }

    [Theory]
    [InlineData(KvPrecision.Single)]
    [InlineData(KvPrecision.Half)]
    [InlineData(KvPrecision.BFloat16)]
    [InlineData(KvPrecision.Int8)]
    public void RandomOperationsAgreeWithTheModel(KvPrecision precision)
    {
        for (int round = 0; round < 5; round++)
        {
            using PagedKvCache cache = new(KvTokens.Shape(precision, round % 2 == 0 ? 16 : 32), 24);
            SortedDictionary<int, List<int>> model = [];
            for (int n = 0; n < 400; n++)
            {
                Step(cache, model, 1000 * n);
                foreach ((int sequence, List<int> ids) in model)
                {
                    KvTokens.Check(cache, sequence, ids);
                }

                CheckPages(cache, model.Keys);
            }

            foreach (int sequence in model.Keys)
            {
                cache.Release(sequence);
            }

            Assert.Equal(cache.Pages, cache.FreePages);
        }
    }

    /// <summary>One operation that may fail for want of pages; then nothing has changed.</summary>
    private static void Step(PagedKvCache cache, SortedDictionary<int, List<int>> model, int id)
    {
        Random random = Random.Shared;
        int operation = model.Count == 0 ? 0 : model.Count > 8 ? 1 : random.Next(12);
        if (operation == 0)
        {
            model.Add(cache.Create(), []);
            return;
        }

        int sequence = model.Keys.ElementAt(random.Next(model.Count));
        List<int> ids = model[sequence];
        int free = cache.FreePages;
        try
        {
            switch (operation)
            {
                case 1:
                    cache.Release(sequence);
                    model.Remove(sequence);
                    break;
                case 2:
                    model.Add(cache.Fork(sequence), [.. ids]);
                    break;
                case 3:
                    int prefix = random.Next(ids.Count + 1);
                    model.Add(cache.Fork(sequence, prefix), [.. ids.Take(prefix)]);
                    break;
                case 4 or 5:
                    int length = random.Next(ids.Count + 1);
                    cache.Truncate(sequence, length);
                    ids.RemoveRange(length, ids.Count - length);
                    break;
                default:
                    int[] fresh = [.. Enumerable.Range(id, random.Next(40))];
                    if (fresh.Length > cache.Capacity(sequence) - ids.Count)
                    {
                        Assert.Throws<InvalidOperationException>(() => cache.Reserve(sequence, fresh.Length));
                        fresh = fresh[..(cache.Capacity(sequence) - ids.Count)];
                    }

                    KvTokens.Write(cache, sequence, fresh);
                    int accepted = random.Next(fresh.Length + 1);
                    cache.Commit(sequence, accepted);
                    ids.AddRange(fresh.AsSpan(0, accepted));
                    break;
            }
        }
        catch (InvalidOperationException)
        {
            Assert.Equal(free, cache.FreePages);
        }
    }

    /// <summary>Every page is free or has as many sharers as sequences name it.</summary>
    private static void CheckPages(PagedKvCache cache, IEnumerable<int> sequences)
    {
        Dictionary<nint, int> sharers = [];
        foreach (int sequence in sequences)
        {
            KvSequence view = cache.View(sequence);
            for (int n = 0; n < cache.Shape.PagesFor(view.Length); n++)
            {
                nint page = (nint)view.Page(n);
                sharers[page] = sharers.GetValueOrDefault(page) + 1;
            }
        }

        Assert.Equal(cache.Pages, sharers.Count + cache.FreePages);
        foreach (int sequence in sequences)
        {
            KvSequence view = cache.View(sequence);
            for (int n = 0; n < cache.Shape.PagesFor(view.Length); n++)
            {
                Assert.Equal(sharers[(nint)view.Page(n)], cache.SharersOf(sequence, n * cache.Shape.PageTokens));
            }
        }
    }
}
