namespace AttentionGen.Kernels;

/// <summary>Checks of what caches are given.</summary>
internal static class KvArguments
{
    /// <summary>Pages of <paramref name="sequences"/> sequences of <paramref name="capacity"/> tokens.</summary>
    public static long Pages(KvShape shape, int sequences, int capacity)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return (long)sequences * shape.PagesFor(capacity);
    }

    /// <summary>A pool of <paramref name="pages"/> pages.</summary>
    public static long Pages(KvShape shape, int pages)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, 1);
        return pages;
    }

    /// <summary>Throws unless <paramref name="sequence"/> is one of <paramref name="count"/>.</summary>
    public static void CheckSequence(int sequence, int count)
    {
        if ((uint)sequence >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, $"Expected a sequence of this cache, 0 to {count - 1}.");
        }
    }
}
