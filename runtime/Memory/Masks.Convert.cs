namespace AttentionGen;

public static partial class Masks
{
    /// <summary>The same mask with the opposite polarity.</summary>
    public static KeepMask ToKeep(DropMask mask) => ToKeep(mask, new bool[mask.Values.Length]);

    /// <inheritdoc cref="ToKeep(DropMask)"/>
    /// <remarks>destination: as many elements as the mask: receives it; may be the mask's own memory.</remarks>
    public static KeepMask ToKeep(DropMask mask, Span<bool> destination)
    {
        Negate(mask.Values, mask.Shape, destination);
        return mask.Shape == default ? default : new(destination, mask.Shape.Batch, mask.Shape.Heads, mask.Shape.QueryLength, mask.Shape.KeyLength);
    }

    /// <summary>The same mask with the opposite polarity.</summary>
    public static DropMask ToDrop(KeepMask mask) => ToDrop(mask, new bool[mask.Values.Length]);

    /// <inheritdoc cref="ToDrop(KeepMask)"/>
    /// <remarks>destination: as many elements as the mask: receives it; may be the mask's own memory.</remarks>
    public static DropMask ToDrop(KeepMask mask, Span<bool> destination)
    {
        Negate(mask.Values, mask.Shape, destination);
        return mask.Shape == default ? default : new(destination, mask.Shape.Batch, mask.Shape.Heads, mask.Shape.QueryLength, mask.Shape.KeyLength);
    }

    /// <summary>The mask as numbers to add to scores: 0 where the query may attend, negative infinity where it may not.</summary>
    public static ScoreBias ToBias(KeepMask mask) => ToBias(mask, new float[mask.Values.Length]);

    /// <inheritdoc cref="ToBias(KeepMask)"/>
    /// <remarks>destination: as many elements as the mask: receives the numbers.</remarks>
    public static ScoreBias ToBias(KeepMask mask, Span<float> destination) => ToBias(mask.Values, mask.Shape, hides: false, destination);

    /// <inheritdoc cref="ToBias(KeepMask)"/>
    public static ScoreBias ToBias(DropMask mask) => ToBias(mask, new float[mask.Values.Length]);

    /// <inheritdoc cref="ToBias(KeepMask, Span{float})"/>
    public static ScoreBias ToBias(DropMask mask, Span<float> destination) => ToBias(mask.Values, mask.Shape, hides: true, destination);

    /// <summary>An additive mask, as other libraries pass them, as a mask proper.</summary>
    /// <param name="bias">0 where the query may attend, and at most <paramref name="hiddenAt"/> where it may not.</param>
    /// <param name="hiddenAt">
    /// The largest number that means hidden: negative infinity, or the finite fill that stands in for it elsewhere (-1e4, -1e9). Those let a fully masked row attend
    /// to everything; as a mask, such a row gives zeros.
    /// </param>
    /// <exception cref="ArgumentException">An element is neither 0 nor hidden: a bias of its own can't become a mask.</exception>
    public static KeepMask ToKeep(ScoreBias bias, float hiddenAt = float.NegativeInfinity) => ToKeep(bias, new bool[bias.Values.Length], hiddenAt);

    /// <inheritdoc cref="ToKeep(ScoreBias, float)"/>
    /// <remarks>destination: as many elements as the bias: receives the mask; nothing is written when an element is refused.</remarks>
    public static KeepMask ToKeep(ScoreBias bias, Span<bool> destination, float hiddenAt = float.NegativeInfinity)
    {
        MaskShape shape = bias.Shape;
        CheckDestination(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
        for (int i = 0; i < bias.Values.Length; i++)
        {
            if (bias.Values[i] is not 0 && !(bias.Values[i] <= hiddenAt))
            {
                throw new ArgumentException(FormattableString.Invariant($"Element {i} is {bias.Values[i]}: expected 0 or at most {hiddenAt}, since only those say whether a key is hidden."), nameof(bias));
            }
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = bias.Values[i] is 0;
        }

        return shape == default ? default : new(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
    }

    private static void Negate(ReadOnlySpan<bool> values, MaskShape shape, Span<bool> destination)
    {
        CheckDestination(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
        CheckInPlace(values, sameShape: true, "mask", destination);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = !values[i];
        }
    }

    private static ScoreBias ToBias(ReadOnlySpan<bool> values, MaskShape shape, bool hides, Span<float> destination)
    {
        CheckDestination(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = values[i] == hides ? float.NegativeInfinity : 0;
        }

        return shape == default ? default : new(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
    }
}
