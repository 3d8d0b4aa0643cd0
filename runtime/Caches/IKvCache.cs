using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// Keys and values of past tokens of one layer, for any number of sequences, each known by a number. A step reserves room for its new tokens, writes
/// them through <see cref="View"/>, and commits them. Not safe for use from several threads at once, but pages that were reserved may be written by many.
/// </summary>
public interface IKvCache : IDisposable
{
    /// <summary>Geometry and storage.</summary>
    KvShape Shape { get; }

    /// <summary>Tokens behind the newest that are certain to be held, whatever the lengths: <see cref="int.MaxValue"/> unless the cache is a ring.</summary>
    int Window { get; }

    /// <summary>Leading tokens that are held for ever: <see cref="int.MaxValue"/> unless the cache is a ring.</summary>
    int Sinks { get; }

    /// <summary>Tokens that one <see cref="Reserve"/> may ask for: <see cref="int.MaxValue"/> where only the capacity limits it.</summary>
    int MostNewTokens { get; }

    /// <summary>Tokens committed less those truncated; a ring counts those it no longer holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    int Length(int sequence);

    /// <summary>Tokens that the sequence can grow to as things stand: <see cref="int.MaxValue"/> for a ring.</summary>
    /// <inheritdoc cref="Length" path="/exception"/>
    int Capacity(int sequence);

    /// <summary>
    /// Makes room for tokens <c>[Length, Length + tokens)</c>, in memory that is the sequence's alone: allocates, copies what is shared.
    /// Replaces an earlier reservation, and forgets what was written to it but not committed. Slots not yet written are zero.
    /// </summary>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <param name="tokens">New tokens, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence, or <paramref name="tokens"/> is negative or more than <see cref="MostNewTokens"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no room for them; the cache is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    void Reserve(int sequence, int tokens);

    /// <summary>The sequence's pages, those reserved included; its length is that committed. Valid until the sequence is next reserved, truncated or released.</summary>
    /// <inheritdoc cref="Length" path="/exception"/>
    KvSequence View(int sequence);

    /// <summary>Makes the first <paramref name="tokens"/> reserved tokens part of the sequence, and gives up the rest of the reservation.</summary>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <param name="tokens">Tokens, at most those reserved.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence, or <paramref name="tokens"/> is negative or more than was reserved; the cache is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    void Commit(int sequence, int tokens);

    /// <summary>Forgets tokens from <paramref name="length"/> on, and any reservation.</summary>
    /// <param name="sequence">A sequence of this cache.</param>
    /// <param name="length">The new length, at most the present one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence, or <paramref name="length"/> is negative or more than the present one.</exception>
    /// <exception cref="InvalidOperationException">A ring has already dropped tokens that the shorter sequence needs, or no page is free to copy a shared one to; the cache is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The cache was disposed.</exception>
    void Truncate(int sequence, int length);
}
