using AttentionGen;

namespace Soak;

/// <summary>Sessions come, share prompts, fork, draft, are cancelled and end, in an order that only the seed knows, on one paged cache.</summary>
internal sealed class Simulation : IDisposable
{
    /// <summary>One computation in two orders: FP32 roundings of outputs of a few units.</summary>
    public const double Tolerance = 2e-5;

    private const int MostSessions = 40, MostDrafts = 5, LongestPrompt = 150, LongestSession = 400, SystemPrompt = 70;

    private readonly Service service;
    private readonly Random random;
    private readonly PagedKvCache cache;
    private readonly List<Session> sessions = [];
    private readonly Session system;

    public Simulation(Service service, int pages, int seed)
    {
        this.service = service;
        random = new Random(seed);
        cache = new PagedKvCache(service.CacheShape, pages);
        system = new Session(cache.Create(), SystemPrompt);
        system.Waiting.AddRange(Enumerable.Range(0, SystemPrompt));
        new Batch(service, [system]).Run(cache);
        Keep(system, SystemPrompt);
    }

    public Tally Tally { get; } = new();

    /// <summary>One turn of everybody who finds room.</summary>
    public void Step()
    {
        Arrive();
        Fork();
        Cancel();
        foreach (Session session in sessions)
        {
            Speak(session);
        }

        List<Session> ready = Fitting();
        if (ready.Count == 0)
        {
            Evict();
            return;
        }

        Batch batch = new(service, ready);
        batch.Run(cache);
        Tally.Tokens += batch.Tokens;
        Check(batch, random.Next(ready.Count));
        foreach (Session session in ready)
        {
            Settle(session);
        }
    }

    /// <summary>Asks for more than there is: the call must fail and change nothing.</summary>
    public void Overfill()
    {
        if (sessions.FirstOrDefault(session => session.Said.Count > 0) is not { } victim)
        {
            return;
        }

        var greedy = new Session(victim.Sequence, 0);
        greedy.Waiting.AddRange(Enumerable.Range(0, (cache.FreePages + 2) * cache.Shape.PageTokens));
        (int free, int length) = (cache.FreePages, cache.Length(victim.Sequence));
        try
        {
            new Batch(service, [greedy]).Run(cache);
            Tally.Fail("a call that needs more pages than there are went through");
        }
        catch (InvalidOperationException)
        {
            Tally.Overfills++;
        }

        if (cache.FreePages != free || cache.Length(victim.Sequence) != length)
        {
            Tally.Fail($"a refused call left {cache.FreePages} free pages of {free}, and {cache.Length(victim.Sequence)} tokens of {length}");
        }
    }

    /// <summary>Everybody leaves; every page must come back.</summary>
    public void Finish()
    {
        foreach (Session session in sessions.Append(system))
        {
            cache.Release(session.Sequence);
        }

        sessions.Clear();
        Tally.FreePages = cache.FreePages;
        if (cache.FreePages != cache.Pages || cache.Sequences != 0)
        {
            Tally.Fail($"after everybody left, {cache.FreePages} of {cache.Pages} pages are free and {cache.Sequences} sequences are there");
        }
    }

    public void Dispose() => cache.Dispose();

    private void Arrive()
    {
        if (sessions.Count >= MostSessions || random.Next(3) == 0)
        {
            return;
        }

        // Half of them share the system prompt's pages.
        bool isShared = random.Next(2) == 0;
        var session = new Session(isShared ? cache.Fork(system.Sequence) : cache.Create(), random.Next(LongestPrompt, LongestSession)) { Said = isShared ? [.. system.Said] : [] };
        session.Waiting.AddRange(Enumerable.Range(0, random.Next(1, LongestPrompt)).Select(_ => random.Next()));
        sessions.Add(session);
        Tally.Arrivals++;
    }

    private void Fork()
    {
        if (sessions.Count is > 0 and < MostSessions && random.Next(4) == 0 && sessions[random.Next(sessions.Count)] is { Said.Count: > 0 } parent)
        {
            // From any point of what was said.
            int length = random.Next(1, parent.Said.Count + 1);
            sessions.Add(new Session(cache.Fork(parent.Sequence, length), parent.Target) { Said = parent.Said[..length] });
            Tally.Forks++;
        }
    }

    private void Cancel()
    {
        if (sessions.Count > 0 && random.Next(12) == 0)
        {
            Leave(sessions[random.Next(sessions.Count)]);
            Tally.Cancellations++;
        }
    }

    private void Speak(Session session)
    {
        if (session.Waiting.Count == 0)
        {
            session.IsDrafting = random.Next(3) == 0;
            session.Waiting.AddRange(Enumerable.Range(0, session.IsDrafting ? random.Next(2, MostDrafts + 1) : 1).Select(_ => random.Next()));
        }
    }

    // In the order they came, as many as the free pages surely hold: new pages, and a copy of one that is shared.
    private List<Session> Fitting()
    {
        List<Session> fitting = [];
        int free = cache.FreePages;
        foreach (Session session in sessions)
        {
            int pages = cache.Shape.PagesFor(session.Said.Count + session.Waiting.Count) - cache.Shape.PagesFor(session.Said.Count) + 1;
            if (pages <= free)
            {
                free -= pages;
                fitting.Add(session);
            }
        }

        Tally.Waits += sessions.Count - fitting.Count;
        return fitting;
    }

    private void Evict()
    {
        if (sessions.Count > 0)
        {
            Leave(sessions.MaxBy(session => session.Said.Count)!);
            Tally.Evictions++;
        }
    }

    private void Check(Batch batch, int number)
    {
        double error = batch.Error(number);
        Tally.Checks++;
        Tally.Worst = Math.Max(Tally.Worst, error);
        if (!(error <= Tolerance))
        {
            Tally.Fail($"{batch.Sessions[number].Waiting.Count} tokens after {batch.Sessions[number].Said.Count} differ from their recomputation by {error:E2}");
        }
    }

    // Drafts are kept up to the first that is rejected.
    private void Settle(Session session)
    {
        int kept = session.IsDrafting ? random.Next(1, session.Waiting.Count + 1) : session.Waiting.Count;
        Tally.Rejections += session.Waiting.Count - kept;
        Keep(session, kept);
        if (session.Said.Count >= session.Target)
        {
            Leave(session);
            Tally.Ends++;
        }
    }

    private void Keep(Session session, int kept)
    {
        session.Said.AddRange(session.Waiting[..kept]);
        session.Waiting.Clear();
        session.IsDrafting = false;
        cache.Truncate(session.Sequence, session.Said.Count);
    }

    private void Leave(Session session)
    {
        cache.Release(session.Sequence);
        sessions.Remove(session);
    }
}
