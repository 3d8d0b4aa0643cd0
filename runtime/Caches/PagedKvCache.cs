using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// A pool of pages from which sequences come and go and grow one page at a time (PagedAttention, Kwon et al. 2023). Sequences forked from one another share the pages of what they
/// have in common: a page is copied only when one of them writes to it.
/// </summary>
public sealed unsafe class PagedKvCache : KvCache
{
    private readonly PagePool pool;
    private readonly Stack<int> released = new();
    private KvSequenceState[] states = [];
    private int created;

    /// <summary>A cache without sequences.</summary>
    /// <param name="shape">Geometry and storage.</param>
    /// <param name="pages">Pages of all sequences together, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="pages"/> is less than 1.</exception>
    /// <exception cref="OutOfMemoryException">So much memory is not to be had.</exception>
    public PagedKvCache(KvShape shape, int pages)
        : base(shape, KvArguments.Pages(shape, pages)) => pool = new PagePool(Memory, shape.PageBytes, pages);

    /// <summary>Pages in all.</summary>
    public int Pages => pool.Count;

    /// <summary>Pages that no sequence has.</summary>
    public int FreePages => pool.Free;

    /// <summary>Sequences that were created or forked and not yet released.</summary>
    public int Sequences => created - released.Count;

    /// <summary>An empty sequence.</summary>
    /// <returns>Its number; numbers of released sequences are given out again.</returns>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public int Create()
    {
        ThrowIfDisposed();
        if (!released.TryPop(out int sequence))
        {
            if (created == states.Length)
            {
                Array.Resize(ref states, Math.Max(4, 2 * created));
            }

            sequence = created++;
        }

        ref KvSequenceState state = ref states[sequence];
        state.Pages ??= [];
        state.IsAlive = true;
        return sequence;
    }

    /// <summary>A new sequence with the same tokens, sharing all pages. A reservation of the first is given up.</summary>
    /// <inheritdoc cref="Fork(int, int)"/>
    public int Fork(int sequence) => Fork(sequence, Find(sequence).Length);

    /// <summary>A new sequence with the first tokens of another: a shared prefix. A reservation of the first is given up.</summary>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <param name="length">Tokens, at most its length. Whole pages are shared; a page that is cut, unless by the sequence's end, is copied.</param>
    /// <returns>The new sequence's number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence, or <paramref name="length"/> is negative or more than its length.</exception>
    /// <exception cref="InvalidOperationException">No page is free for the copy; the cache is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public int Fork(int sequence, int length)
    {
        ref KvSequenceState source = ref Find(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, source.Length);
        bool isCut = length < source.Length && length % Shape.PageTokens != 0;
        if (isCut && pool.Free + ReservedPages(in source) == 0)
        {
            throw new InvalidOperationException($"Cutting sequence {sequence} at {length} tokens takes a page for the copy; all {Pages} are in use.");
        }

        EndReservation(ref source);
        int fork = Create();

        // Creating may have moved the states.
        source = ref states[sequence];
        ref KvSequenceState state = ref states[fork];
        int pages = Shape.PagesFor(length);
        Grow(ref state, pages);
        for (int n = 0; n < pages; n++)
        {
            state.Pages![n] = source.Pages![n];
            pool.Share(state.Pages[n]);
        }

        state.Length = length;
        state.ReservedEnd = length;
        if (isCut)
        {
            CopyLast(ref state, pages - 1);
            KvPages.ClearSlots(Shape, (byte*)state.Pages![pages - 1], Shape.HeadBytes, length % Shape.PageTokens, Shape.PageTokens);
        }

        return fork;
    }

    /// <summary>Ends a sequence; pages that no other shares are free again.</summary>
    /// <param name="sequence">A sequence of this cache; its number is no longer one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    public void Release(int sequence)
    {
        ref KvSequenceState state = ref Find(sequence);
        Drop(ref state, 0);
        state.Length = 0;
        state.ReservedEnd = 0;
        state.IsAlive = false;
        released.Push(sequence);
    }

    /// <inheritdoc/>
    public override int Capacity(int sequence)
    {
        ref KvSequenceState state = ref Find(sequence);
        int free = pool.Free + ReservedPages(in state) - (IsLastShared(in state) ? 1 : 0);
        return free < 0 ? state.Length : (int)Math.Min(((long)Shape.PagesFor(state.Length) + free) * Shape.PageTokens, int.MaxValue);
    }

    /// <summary>Sequences that share the page of a token.</summary>
    internal int SharersOf(int sequence, int token) => pool.SharersOf(Find(sequence).Pages![token / Shape.PageTokens]);

    private protected override ref KvSequenceState Find(int sequence)
    {
        ThrowIfDisposed();
        if ((uint)sequence >= (uint)created || !states[sequence].IsAlive)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "Expected a sequence that was created or forked and not released.");
        }

        return ref states[sequence];
    }

    private protected override void Map(ref KvSequenceState state, int end)
    {
        int held = Shape.PagesFor(state.Length), pages = Shape.PagesFor(end);
        Grow(ref state, pages);
        if (end > state.Length && IsLastShared(in state))
        {
            CopyLast(ref state, held - 1);
        }

        for (int n = held; n < pages; n++)
        {
            state.Pages![n] = pool.Take();
            KvPages.Clear(Shape, (byte*)state.Pages[n], Shape.HeadBytes);
        }
    }

    private protected override void Unmap(ref KvSequenceState state, int length)
    {
        int pages = Shape.PagesFor(length);
        Drop(ref state, pages);
        if (length < state.Length && length % Shape.PageTokens != 0 && pool.SharersOf(state.Pages![pages - 1]) > 1)
        {
            CopyLast(ref state, pages - 1);
        }
    }

    private protected override void CheckTruncation(in KvSequenceState state, int sequence, int length)
    {
        int pages = Shape.PagesFor(length);
        if (length == state.Length || length % Shape.PageTokens == 0 || pool.Free > 0 || pool.SharersOf(state.Pages![pages - 1]) == 1)
        {
            return;
        }

        // Others may read past the cut, so that the page has to be copied: to one that cutting sets free, if there is one.
        for (int n = pages; n < Shape.PagesFor(state.ReservedEnd); n++)
        {
            if (pool.SharersOf(state.Pages[n]) == 1)
            {
                return;
            }
        }

        throw new InvalidOperationException($"Cutting sequence {sequence} to {length} tokens takes a page to copy a shared one to; all {Pages} are in use.");
    }

    private int ReservedPages(in KvSequenceState state) => Shape.PagesFor(state.ReservedEnd) - Shape.PagesFor(state.Length);

    /// <summary>Whether the page that the next token goes to has tokens of other sequences too.</summary>
    private bool IsLastShared(in KvSequenceState state) =>
        state.Length % Shape.PageTokens != 0 && pool.SharersOf(state.Pages![state.Length / Shape.PageTokens]) > 1;

    /// <summary>Makes a shared page the sequence's own.</summary>
    private void CopyLast(ref KvSequenceState state, int page)
    {
        nint copy = pool.Take();
        KvPages.Copy(Shape, (byte*)state.Pages![page], (byte*)copy);
        pool.Return(state.Pages[page]);
        state.Pages[page] = copy;
    }

    /// <summary>Gives the pages from <paramref name="first"/> on back.</summary>
    private void Drop(ref KvSequenceState state, int first)
    {
        for (int n = first; n < Shape.PagesFor(state.ReservedEnd); n++)
        {
            pool.Return(state.Pages![n]);
        }
    }

    /// <summary>Room in the page table, which doubles.</summary>
    private static void Grow(ref KvSequenceState state, int pages)
    {
        if (state.Pages!.Length < pages)
        {
            nint[] grown = GC.AllocateUninitializedArray<nint>(Math.Max(pages, 2 * state.Pages.Length), pinned: true);
            state.Pages.CopyTo(grown, 0);
            state.Pages = grown;
        }
    }
}
