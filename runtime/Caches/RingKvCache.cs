using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// A cache for local attention: it holds the newest tokens and the first few (attention sinks, Xiao et al. 2023), in memory whose size does not depend on how long a sequence gets.
/// </summary>
public sealed unsafe class RingKvCache : KvCache
{
    private readonly KvSequenceState[] states;
    private readonly int fixedPages;
    private readonly int ringPages;

    /// <summary>An empty cache. Its sequences are 0 to <paramref name="sequences"/> - 1.</summary>
    /// <param name="shape">Geometry and storage.</param>
    /// <param name="sequences">Sequences, at least 1.</param>
    /// <param name="window">Tokens behind a new one that must still be held when it attends: the attention's left window. 0 or more.</param>
    /// <param name="sinks">Leading tokens to hold for ever, 0 or more.</param>
    /// <param name="mostNewTokens">Tokens that one <see cref="KvCache.Reserve"/> may ask for, at least 1; a longer prompt goes in pieces.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of its range.</exception>
    /// <exception cref="OutOfMemoryException">So much memory is not to be had.</exception>
    public RingKvCache(KvShape shape, int sequences, int window, int sinks = 0, int mostNewTokens = 64)
        : base(shape, PagesOf(shape, sequences, window, sinks, mostNewTokens))
    {
        Window = window;
        Sinks = sinks;
        MostNewTokens = mostNewTokens;
        fixedPages = shape.PagesFor(sinks);
        ringPages = RingPagesOf(shape, window, mostNewTokens);
        states = new KvSequenceState[sequences];
        byte* page = Memory;
        foreach (ref KvSequenceState state in states.AsSpan())
        {
            state.FirstPage = fixedPages;
            state.Pages = OwnPages(page, fixedPages + ringPages);
            page += (nint)(fixedPages + ringPages) * shape.PageBytes;
        }
    }

    /// <summary>Sequences.</summary>
    public int Sequences => states.Length;

    /// <inheritdoc/>
    public override int Window { get; }

    /// <inheritdoc/>
    public override int Sinks { get; }

    /// <inheritdoc/>
    public override int MostNewTokens { get; }

    /// <inheritdoc/>
    public override int Capacity(int sequence)
    {
        _ = Find(sequence);
        return int.MaxValue;
    }

    private protected override ref KvSequenceState Find(int sequence)
    {
        ThrowIfDisposed();
        KvArguments.CheckSequence(sequence, states.Length);
        return ref states[sequence];
    }

    private protected override KvSequence View(in KvSequenceState state) =>
        new(state.Table, state.Length, (nint)(fixedPages + ringPages) * Shape.HeadBytes, fixedPages, ringPages, state.FirstPage == fixedPages ? 0 : state.FirstPage * Shape.PageTokens);

    private protected override void Map(ref KvSequenceState state, int end)
    {
        int past = Shape.PagesFor(end);
        ClearPages(View(in state), Shape.PagesFor(state.Length), past);
        state.FirstPage = Math.Max(state.FirstPage, past - ringPages);
    }

    private protected override void MapLoaded(ref KvSequenceState state, in KvStreamHeader header)
    {
        int past = Shape.PagesFor(header.Length);
        int first = Math.Max(fixedPages, past - ringPages);
        long ours = (long)fixedPages * Shape.PageTokens;
        if (!header.HoldsAll && past > fixedPages)
        {
            first = Math.Max(first, Shape.PagesFor(header.FirstToken));
        }

        bool holdsFixed = header.HoldsAll || Math.Min(ours, header.Length) <= header.FixedTokens;
        if (!holdsFixed || (past > fixedPages && (long)first * Shape.PageTokens > Math.Max(header.Length - (long)Window, ours)))
        {
            throw header.Lacks($"the first {Math.Min(ours, header.Length)} and the last {Math.Min(Window, header.Length)}");
        }

        ClearPages(View(in state), 0, Math.Min(fixedPages, past));
        ClearPages(View(in state), first, past);
        state.FirstPage = first;
    }

    private protected override void Unmap(ref KvSequenceState state, int length)
    {
        if (length <= (long)fixedPages * Shape.PageTokens)
        {
            // Whatever was lost stood behind the new end.
            state.FirstPage = fixedPages;
        }
    }

    private protected override void CheckTruncation(in KvSequenceState state, int sequence, int length)
    {
        long lost = (long)fixedPages * Shape.PageTokens, held = (long)state.FirstPage * Shape.PageTokens;
        if (length > lost && held > lost && Math.Max(length - (long)Window, lost) < held)
        {
            throw new InvalidOperationException(
                $"Sequence {sequence} dropped tokens {lost} to {held - 1}; cut to {length} tokens it would need the last {Window} of them. The shortest it can be cut to is {held + Window}.");
        }
    }

    private static long PagesOf(KvShape shape, int sequences, int window, int sinks, int mostNewTokens)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        ArgumentOutOfRangeException.ThrowIfNegative(sinks);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostNewTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, int.MaxValue / 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sinks, int.MaxValue / 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mostNewTokens, int.MaxValue / 4);
        return (long)sequences * (shape.PagesFor(sinks) + RingPagesOf(shape, window, mostNewTokens));
    }

    /// <summary>The window and the new tokens, wherever in a page they begin.</summary>
    private static int RingPagesOf(KvShape shape, int window, int mostNewTokens) => shape.PagesFor(window + mostNewTokens - 1) + 1;
}
