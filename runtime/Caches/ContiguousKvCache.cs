using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>A cache of a fixed number of sequences with room for a fixed number of tokens each, all of it set aside at once; physical memory is taken as tokens come.</summary>
public sealed unsafe class ContiguousKvCache : KvCache
{
    private readonly KvSequenceState[] states;
    private readonly int capacity;

    /// <summary>An empty cache. Its sequences are 0 to <paramref name="sequences"/> - 1.</summary>
    /// <param name="shape">Geometry and storage.</param>
    /// <param name="sequences">Sequences, at least 1.</param>
    /// <param name="capacity">Tokens each can hold, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is less than 1.</exception>
    /// <exception cref="OutOfMemoryException">So much memory is not to be had.</exception>
    public ContiguousKvCache(KvShape shape, int sequences, int capacity)
        : base(shape, KvArguments.Pages(shape, sequences, capacity))
    {
        this.capacity = capacity;
        states = new KvSequenceState[sequences];
        int pages = shape.PagesFor(capacity);
        byte* page = Memory;
        foreach (ref KvSequenceState state in states.AsSpan())
        {
            state.Pages = OwnPages(page, pages);
            page += (nint)pages * shape.PageBytes;
        }
    }

    /// <summary>Sequences.</summary>
    public int Sequences => states.Length;

    /// <inheritdoc/>
    public override int Capacity(int sequence)
    {
        _ = Find(sequence);
        return capacity;
    }

    private protected override ref KvSequenceState Find(int sequence)
    {
        ThrowIfDisposed();
        KvArguments.CheckSequence(sequence, states.Length);
        return ref states[sequence];
    }

    private protected override KvSequence View(in KvSequenceState state) =>
        new(state.Table, state.Length, (nint)Shape.PagesFor(capacity) * Shape.HeadBytes);

    private protected override void Map(ref KvSequenceState state, int end) =>
        ClearPages(View(in state), Shape.PagesFor(state.Length), Shape.PagesFor(end));
}
