using System.Numerics;
using System.Runtime.InteropServices;

namespace AttentionGen;

public static partial class Masks
{
    /// <summary>Keys that both masks let a query see. Sizes of 1 broadcast; <c>default</c> hides nothing.</summary>
    /// <returns>A mask of the broadcast shape, in new memory unless one of the two is <c>default</c>.</returns>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static KeepMask Combine(KeepMask first, KeepMask second) =>
        first.Shape == default ? second
        : second.Shape == default ? first
        : Combine(first, second, new bool[first.Shape.Broadcast(second.Shape).Count]);

    /// <summary>Keys that all three masks let a query see.</summary>
    /// <inheritdoc cref="Combine(KeepMask, KeepMask)"/>
    public static KeepMask Combine(KeepMask first, KeepMask second, KeepMask third) => Combine(Combine(first, second), third);

    /// <summary>Keys that the first mask lets a query see and the second does not hide. Sizes of 1 broadcast; <c>default</c> hides nothing.</summary>
    /// <returns>A mask of the broadcast shape, in new memory unless the second is <c>default</c>.</returns>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static KeepMask Combine(KeepMask first, DropMask second) =>
        second.Shape == default ? first
        : first.Shape == default ? ToKeep(second)
        : Combine(first, second, new bool[first.Shape.Broadcast(second.Shape).Count]);

    /// <summary>Keys that either mask hides. Sizes of 1 broadcast; <c>default</c> hides nothing.</summary>
    /// <returns>A mask of the broadcast shape, in new memory unless one of the two is <c>default</c>.</returns>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static DropMask Combine(DropMask first, DropMask second) =>
        first.Shape == default ? second
        : second.Shape == default ? first
        : Combine(first, second, new bool[first.Shape.Broadcast(second.Shape).Count]);

    /// <summary>Keys that both masks let a query see, in memory of the caller's.</summary>
    /// <param name="first">A mask, not <c>default</c>.</param>
    /// <param name="second">Another, whose shape broadcasts with the first's.</param>
    /// <param name="destination">The broadcast shape; may be the memory of a mask of that shape, and overlap no other.</param>
    /// <returns>The combined mask, which stands in <paramref name="destination"/>.</returns>
    /// <exception cref="ArgumentException">The shapes do not broadcast, or the destination does not fit; nothing was written.</exception>
    public static KeepMask Combine(KeepMask first, KeepMask second, Span<bool> destination)
    {
        MaskShape shape = Join<BothKeep>(first.Values, first.Shape, second.Values, second.Shape, destination);
        return new KeepMask(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
    }

    /// <summary>Keys that the first mask lets a query see and the second does not hide, in memory of the caller's.</summary>
    /// <inheritdoc cref="Combine(KeepMask, KeepMask, Span{bool})"/>
    public static KeepMask Combine(KeepMask first, DropMask second, Span<bool> destination)
    {
        MaskShape shape = Join<KeepUnlessDropped>(first.Values, first.Shape, second.Values, second.Shape, destination);
        return new KeepMask(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
    }

    /// <summary>Keys that either mask hides, in memory of the caller's.</summary>
    /// <inheritdoc cref="Combine(KeepMask, KeepMask, Span{bool})"/>
    public static DropMask Combine(DropMask first, DropMask second, Span<bool> destination)
    {
        MaskShape shape = Join<EitherDrops>(first.Values, first.Shape, second.Values, second.Shape, destination);
        return new DropMask(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
    }

    private static MaskShape Join<TRule>(ReadOnlySpan<bool> first, MaskShape firstShape, ReadOnlySpan<bool> second, MaskShape secondShape, Span<bool> destination)
        where TRule : struct, IMaskRule
    {
        MaskShape shape = firstShape.Broadcast(secondShape);
        CheckDestination(destination, shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength);
        CheckInPlace(first, firstShape == shape, nameof(first), destination);
        CheckInPlace(second, secondShape == shape, nameof(second), destination);
        int length = shape.KeyLength;
        for (int row = 0; row < destination.Length / Math.Max(length, 1); row++)
        {
            int query = row % shape.QueryLength;
            int head = row / shape.QueryLength % shape.Heads;
            int batch = row / shape.QueryLength / shape.Heads;
            JoinRow<TRule>(
                MemoryMarshal.AsBytes(first.Slice(firstShape.Row(batch, head, query) * length, length)),
                MemoryMarshal.AsBytes(second.Slice(secondShape.Row(batch, head, query) * length, length)),
                MemoryMarshal.AsBytes(destination.Slice(row * length, length)));
        }

        return shape;
    }

    private static void JoinRow<TRule>(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
        where TRule : struct, IMaskRule
    {
        int i = 0;
        for (; i <= destination.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            TRule.Apply(new Vector<byte>(first[i..]), new Vector<byte>(second[i..])).CopyTo(destination[i..]);
        }

        for (; i < destination.Length; i++)
        {
            destination[i] = TRule.Apply(new Vector<byte>(first[i]), new Vector<byte>(second[i]))[0];
        }
    }

    private static void CheckInPlace(ReadOnlySpan<bool> mask, bool sameShape, string name, Span<bool> destination)
    {
        if (mask.Overlaps(destination, out int offset) && !(sameShape && offset == 0))
        {
            throw new ArgumentException($"destination overlaps {name} in memory without being exactly the memory of a mask of the result's shape.", nameof(destination));
        }
    }

    /// <summary>How the bytes of two masks come together; true is any byte but 0.</summary>
    private interface IMaskRule
    {
        static abstract Vector<byte> Apply(Vector<byte> first, Vector<byte> second);
    }

    private readonly struct BothKeep : IMaskRule
    {
        public static Vector<byte> Apply(Vector<byte> first, Vector<byte> second) => Vector.Min(Vector.Min(first, second), Vector<byte>.One);
    }

    private readonly struct KeepUnlessDropped : IMaskRule
    {
        public static Vector<byte> Apply(Vector<byte> first, Vector<byte> second) =>
            Vector.Min(first, Vector<byte>.One) & Vector.Equals(second, Vector<byte>.Zero);
    }

    private readonly struct EitherDrops : IMaskRule
    {
        public static Vector<byte> Apply(Vector<byte> first, Vector<byte> second) => Vector.Min(first | second, Vector<byte>.One);
    }
}
