using AttentionGen;

namespace Soak;

/// <summary>What computes: over the cache for many sessions together, and without one for a session whose answers are checked.</summary>
internal abstract class Service : IDisposable
{
    /// <summary>The caches that it reads.</summary>
    public abstract KvShape CacheShape { get; }

    /// <summary>Floats of a token's answer.</summary>
    public abstract int Width { get; }

    /// <summary>Stores new tokens, laid end to end, and attends with each of them.</summary>
    /// <param name="tokens">The new tokens of all sequences.</param>
    /// <param name="starts">Where each sequence's begin, and the end.</param>
    /// <param name="output"><c>[tokens, Width]</c>.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="sequences">Its sequences.</param>
    public abstract void Run(ReadOnlySpan<int> tokens, int[] starts, float[] output, KvCache cache, int[] sequences);

    /// <summary>The answers to the last tokens of one sequence, from nothing.</summary>
    /// <param name="tokens">All of its tokens.</param>
    /// <param name="count">How many of the last.</param>
    public abstract float[] Recompute(ReadOnlySpan<int> tokens, int count);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
