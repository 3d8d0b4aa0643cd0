using System.Numerics;

namespace AttentionGen.Kernels;

/// <summary>Element-wise sums of rows, at memory speed.</summary>
internal static class VectorSum
{
    /// <summary><c>destination = left + right</c> over the length of <paramref name="left"/>; the destination may be one of the two.</summary>
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> destination)
    {
        right = right[..left.Length];
        destination = destination[..left.Length];
        int column = 0;
        for (; column <= left.Length - Vector<float>.Count; column += Vector<float>.Count)
        {
            (new Vector<float>(left[column..]) + new Vector<float>(right[column..])).CopyTo(destination[column..]);
        }

        for (; column < left.Length; column++)
        {
            destination[column] = left[column] + right[column];
        }
    }

    /// <summary><c>destination = own * destination + other * addend</c>, over the length of the destination.</summary>
    public static void Mix(Span<float> destination, float own, ReadOnlySpan<float> addend, float other)
    {
        addend = addend[..destination.Length];
        int column = 0;
        for (; column <= destination.Length - Vector<float>.Count; column += Vector<float>.Count)
        {
            Span<float> target = destination[column..];
            ((new Vector<float>(target) * own) + (new Vector<float>(addend[column..]) * other)).CopyTo(target);
        }

        for (; column < destination.Length; column++)
        {
            destination[column] = (destination[column] * own) + (addend[column] * other);
        }
    }

    /// <summary>The first element greater than 0; -1: there is none. NaN is not greater.</summary>
    public static int IndexOfPositive(ReadOnlySpan<float> values)
    {
        int index = 0;
        while (index <= values.Length - Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(values[index..]), Vector<float>.Zero))
        {
            index += Vector<float>.Count;
        }

        for (; index < values.Length; index++)
        {
            if (values[index] > 0)
            {
                return index;
            }
        }

        return -1;
    }
}
