using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>What all caches share: the pages' memory, reserving and committing, rolling back.</summary>
/// <remarks>Between calls, slots at and after a sequence's length are zero unless they are reserved, so that a kernel may read whole panels.</remarks>
public abstract unsafe partial class KvCache : IKvCache
{
    private readonly NativeFloats memory = new();

    private protected KvCache(KvShape shape, long pages)
    {
        Shape = shape;
        Memory = (byte*)memory.Reserve(Math.Max(checked(pages * shape.PageBytes / sizeof(float)), 1));
    }

    /// <inheritdoc/>
    public KvShape Shape { get; }

    /// <inheritdoc/>
    public virtual int Window => int.MaxValue;

    /// <inheritdoc/>
    public virtual int Sinks => int.MaxValue;

    /// <inheritdoc/>
    public virtual int MostNewTokens => int.MaxValue;

    /// <summary>The first page.</summary>
    private protected byte* Memory { get; }

    /// <inheritdoc/>
    public int Length(int sequence) => Find(sequence).Length;

    /// <inheritdoc/>
    public abstract int Capacity(int sequence);

    /// <inheritdoc/>
    public void Reserve(int sequence, int tokens)
    {
        ref KvSequenceState state = ref Find(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens, MostNewTokens);
        int capacity = Capacity(sequence);
        if (tokens > capacity - state.Length)
        {
            throw new InvalidOperationException($"Sequence {sequence} holds {state.Length} tokens and can reach {capacity}; {tokens} more were asked for.");
        }

        EndReservation(ref state);
        Map(ref state, state.Length + tokens);
        state.ReservedEnd = state.Length + tokens;
    }

    /// <inheritdoc/>
    public KvSequence View(int sequence)
    {
        ref KvSequenceState state = ref Find(sequence);
        return View(in state);
    }

    /// <inheritdoc/>
    public void Commit(int sequence, int tokens)
    {
        ref KvSequenceState state = ref Find(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        if (tokens > state.ReservedEnd - state.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(tokens), tokens, $"Expected at most the {state.ReservedEnd - state.Length} tokens reserved for sequence {sequence}.");
        }

        state.Length += tokens;
        EndReservation(ref state);
    }

    /// <inheritdoc/>
    public void Truncate(int sequence, int length)
    {
        ref KvSequenceState state = ref Find(sequence);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, state.Length);
        CheckTruncation(in state, sequence, length);
        Shorten(ref state, length);
        state.Length = length;
    }

    /// <summary>Frees the memory; views are void.</summary>
    public void Dispose()
    {
        memory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The sequence's state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    private protected abstract ref KvSequenceState Find(int sequence);

    /// <summary>The sequence as a kernel sees it.</summary>
    private protected virtual KvSequence View(in KvSequenceState state) => new(state.Table, state.Length, Shape.HeadBytes);

    /// <summary>Makes pages from the length to <paramref name="end"/> the sequence's own, slots from the length on zero; nothing is reserved beforehand and there is room.</summary>
    private protected abstract void Map(ref KvSequenceState state, int end);

    /// <summary>As <see cref="Map"/> for an empty sequence that becomes what a stream holds; there is room.</summary>
    /// <exception cref="InvalidDataException">The stream lacks tokens that the cache must hold; nothing was changed.</exception>
    private protected virtual void MapLoaded(ref KvSequenceState state, in KvStreamHeader header)
    {
        if (!header.HoldsAll)
        {
            throw header.Lacks($"all {header.Length}");
        }

        Map(ref state, header.Length);
    }

    /// <summary>Gives pages that hold no token below <paramref name="length"/> back, and makes the page it cuts the sequence's own.</summary>
    private protected virtual void Unmap(ref KvSequenceState state, int length)
    {
    }

    /// <summary>Throws when the sequence can't be cut to <paramref name="length"/>.</summary>
    private protected virtual void CheckTruncation(in KvSequenceState state, int sequence, int length)
    {
    }

    private protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(memory.IsClosed, this);

    /// <summary>The page table of a sequence that has <paramref name="pages"/> pages to itself. All pages of a head follow each other: memory is read in one stream.</summary>
    /// <param name="first">Where the sequence's memory begins.</param>
    /// <param name="pages">Pages.</param>
    private protected nint[] OwnPages(byte* first, int pages)
    {
        nint[] table = GC.AllocateUninitializedArray<nint>(pages, pinned: true);
        for (int n = 0; n < pages; n++)
        {
            table[n] = (nint)(first + ((nint)n * Shape.HeadBytes));
        }

        return table;
    }

    /// <summary>Zeros pages <paramref name="first"/> to <paramref name="past"/> of a sequence.</summary>
    private protected void ClearPages(in KvSequence view, int first, int past)
    {
        for (int page = first; page < past; page++)
        {
            KvPages.Clear(Shape, view.Page(page), view.HeadStride);
        }
    }

    /// <summary>Zeros the slots from a token on, up to slot <paramref name="past"/> of its page.</summary>
    private void ClearSlots(in KvSequenceState state, int token, int past)
    {
        KvSequence view = View(in state);
        KvPages.ClearSlots(Shape, view.Page(token / Shape.PageTokens), view.HeadStride, token % Shape.PageTokens, past);
    }

    /// <summary>Gives up what is reserved and not committed.</summary>
    private protected void EndReservation(ref KvSequenceState state)
    {
        if (state.ReservedEnd > state.Length)
        {
            Shorten(ref state, state.Length);
        }
    }

    /// <summary>Zeros the slots from <paramref name="length"/> on in the page that stays in part, and gives the pages behind it back.</summary>
    private void Shorten(ref KvSequenceState state, int length)
    {
        Unmap(ref state, length);
        int partial = length % Shape.PageTokens;
        if (partial != 0 && state.ReservedEnd > length)
        {
            int used = Math.Min(state.ReservedEnd - (length - partial), Shape.PageTokens);
            ClearSlots(in state, length, used);
        }

        state.ReservedEnd = length;
    }
}
