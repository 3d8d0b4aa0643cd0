namespace AttentionGen;

/// <summary>
/// Builds run-time masks. Every builder has two forms: one that allocates the mask, and one that writes to a span of the caller's, which
/// the mask then stands in. A mask that the declaration can express (causal, window, block) is faster declared: hidden tiles are then never visited.
/// </summary>
public static partial class Masks
{
    /// <summary>Hides the keys whose token is padding.</summary>
    /// <param name="tokenIds"><c>[batch, length]</c>.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions of each.</param>
    /// <param name="padToken">The id that stands for padding.</param>
    /// <returns>A mask <c>[batch, 1, 1, length]</c> over keys.</returns>
    /// <exception cref="ArgumentException">The span does not hold exactly <c>batch * length</c> ids.</exception>
    public static KeepMask Padding(ReadOnlySpan<int> tokenIds, int batch, int length, int padToken = 0) =>
        Padding(tokenIds, batch, length, new bool[tokenIds.Length], padToken);

    /// <inheritdoc cref="Padding(ReadOnlySpan{int}, int, int, int)"/>
    /// <remarks>destination: <c>[batch, 1, 1, length]</c>: receives the mask.</remarks>
    public static KeepMask Padding(ReadOnlySpan<int> tokenIds, int batch, int length, Span<bool> destination, int padToken = 0)
    {
        CheckTokens(tokenIds, batch, length);
        KeepMask mask = new(CheckDestination(destination, batch, 1, 1, length), batch, 1, 1, length);
        for (int i = 0; i < tokenIds.Length; i++)
        {
            destination[i] = tokenIds[i] != padToken;
        }

        return mask;
    }

    /// <summary>
    /// The number of real keys of each sequence, for <see cref="AttentionArguments.KeyLengths"/>: cheaper than a mask, since keys past the length are never read.
    /// </summary>
    /// <param name="tokenIds"><c>[batch, length]</c>, with padding only at the end of each sequence.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="length">Positions of each.</param>
    /// <param name="padToken">The id that stands for padding.</param>
    /// <returns><c>[batch]</c>, each 0 to <paramref name="length"/>.</returns>
    /// <exception cref="ArgumentException">The span does not hold exactly <c>batch * length</c> ids, or a real token follows padding.</exception>
    public static int[] PaddingLengths(ReadOnlySpan<int> tokenIds, int batch, int length, int padToken = 0)
    {
        CheckTokens(tokenIds, batch, length);
        int[] lengths = new int[batch];
        PaddingLengths(tokenIds, batch, length, lengths, padToken);
        return lengths;
    }

    /// <inheritdoc cref="PaddingLengths(ReadOnlySpan{int}, int, int, int)"/>
    /// <remarks>destination: <c>[batch]</c>: receives the lengths; nothing is written when the tokens are refused.</remarks>
    public static void PaddingLengths(ReadOnlySpan<int> tokenIds, int batch, int length, Span<int> destination, int padToken = 0)
    {
        CheckTokens(tokenIds, batch, length);
        if (destination.Length != batch)
        {
            throw new ArgumentException($"Expected room for one length per sequence, [{batch}], but the span holds {destination.Length}.", nameof(destination));
        }

        for (int b = 0; b < batch; b++)
        {
            ReadOnlySpan<int> sequence = tokenIds.Slice(b * length, length);
            int real = RealTokens(sequence, padToken);
            int hole = sequence[..real].IndexOf(padToken);
            if (hole >= 0)
            {
                throw new ArgumentException(
                    $"Sequence {b} has padding (token {padToken}) at position {hole} before a real token at position {real - 1}: expected padding only at the end. Use Masks.Padding for padding anywhere.",
                    nameof(tokenIds));
            }
        }

        for (int b = 0; b < batch; b++)
        {
            destination[b] = RealTokens(tokenIds.Slice(b * length, length), padToken);
        }
    }

    private static int RealTokens(ReadOnlySpan<int> sequence, int padToken) => sequence.LastIndexOfAnyExcept(padToken) + 1;

    private static void CheckTokens(ReadOnlySpan<int> tokenIds, int batch, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (tokenIds.Length != (long)batch * length)
        {
            throw new ArgumentException($"Expected [{batch}, {length}] = {(long)batch * length} token ids (batch, length), but the span holds {tokenIds.Length}.", nameof(tokenIds));
        }
    }

    private static Span<T> CheckDestination<T>(Span<T> destination, int batch, int heads, int queryLength, int keyLength)
    {
        TensorLayout.HeadsFirst(batch, heads, queryLength, keyLength).CheckExact(destination.Length, nameof(destination));
        return destination;
    }
}
