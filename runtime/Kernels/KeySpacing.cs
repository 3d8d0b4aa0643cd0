using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace AttentionGen.Kernels;

/// <summary>Index arithmetic of passes over keys that are not consecutive, or that come in blocks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KeySpacing
{
    /// <summary>The first position of the block that a position lies in; positions before the sequence have blocks of their own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BlockStart(int position, int blockSize)
    {
        int rest = position % blockSize;
        return position - (rest < 0 ? rest + blockSize : rest);
    }

    /// <summary>
    /// The index of landmark n: <c>round(linspace(0, length - 1, landmarks))[n]</c>, halves to even. With fewer keys than landmarks, every key is one.
    /// </summary>
    public static int At(int n, int landmarks, int length)
    {
        int last = Math.Min(landmarks, length) - 1;
        if (last <= 0)
        {
            return 0;
        }

        // In whole numbers, which every device rounds alike.
        long product = (long)n * (length - 1), whole = product / last, twice = 2 * (product - (whole * last));
        return (int)(twice > last || (twice == last && (whole & 1) == 1) ? whole + 1 : whole);
    }
}
