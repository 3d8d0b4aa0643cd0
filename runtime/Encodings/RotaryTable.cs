using System.ComponentModel;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>
/// Cosines and sines of rotary positions (RoFormer, Su et al. 2021), computed in double precision and kept in single.
/// A position's row holds RotaryDim cosines C, then RotaryDim sines S that carry their sign, so that
/// <c>rotated[c] = x[c] C[c] + x[partner of c] S[c]</c> in either layout. Grows on demand; safe to share between threads.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class RotaryTable
{
    private const int MostOpenPositions = 1 << 20;
    private const int FirstPositions = 512;

    private readonly Lock gate = new();
    private readonly int rotaryDim;
    private readonly double baseFrequency;
    private readonly bool interleaved;
    private readonly int maxPositions;

    // Outgrown blocks are kept, since a call in flight may read one; doubling bounds them by the size of the last.
    private readonly List<nint> blocks = [];
    private volatile int positions;
    private nint rows;

    /// <summary>An empty table.</summary>
    /// <param name="rotaryDim">Rotated features of a head; even.</param>
    /// <param name="baseFrequency">Base of the geometric progression of frequencies.</param>
    /// <param name="interleaved">Whether feature 2i turns with 2i + 1, rather than i with i + rotaryDim/2.</param>
    /// <param name="maxPositions">The most positions, or 0 for an open table, which ends at 1,048,576.</param>
    public RotaryTable(int rotaryDim, double baseFrequency, bool interleaved, int maxPositions)
    {
        this.rotaryDim = rotaryDim;
        this.baseFrequency = baseFrequency;
        this.interleaved = interleaved;
        this.maxPositions = maxPositions;
    }

    /// <summary>Frees the blocks once no kernel can be using them.</summary>
    ~RotaryTable()
    {
        foreach (nint block in blocks)
        {
            NativeMemory.AlignedFree((void*)block);
        }
    }

    /// <summary>The table, with rows for at least positions 0 to <paramref name="count"/> - 1; valid as long as this object.</summary>
    /// <exception cref="ArgumentException">A position lies past the declared length.</exception>
    public float* Rows(int count)
    {
        int limit = maxPositions == 0 ? MostOpenPositions : maxPositions;
        if (count > limit)
        {
            string advice = maxPositions == 0 ? "declare MaxLength on [Attention] for more" : "the declared MaxLength";
            throw new ArgumentException($"Rotary position {count - 1} lies past the last of {limit} positions ({advice}).", "positions");
        }

        if (positions < count)
        {
            Grow(count, limit);
        }

        return (float*)rows;
    }

    private void Grow(int count, int limit)
    {
        lock (gate)
        {
            if (positions >= count)
            {
                return;
            }

            int grown = (int)Math.Min(limit, Math.Max(FirstPositions, Math.Max(count, 2L * positions)));
            float* block = (float*)NativeMemory.AlignedAlloc((nuint)grown * (nuint)(2 * rotaryDim) * sizeof(float), 64);
            blocks.Add((nint)block);
            for (int position = 0; position < grown; position++)
            {
                Fill(block + ((long)position * 2 * rotaryDim), position);
            }

            rows = (nint)block;
            positions = grown;
        }
    }

    private void Fill(float* row, int position)
    {
        int half = rotaryDim / 2;
        for (int i = 0; i < half; i++)
        {
            (double sine, double cosine) = Math.SinCos(position * Math.Pow(baseFrequency, -2.0 * i / rotaryDim));
            int first = interleaved ? 2 * i : i;
            int second = interleaved ? first + 1 : first + half;
            row[first] = (float)cosine;
            row[second] = (float)cosine;
            row[rotaryDim + first] = -(float)sine;
            row[rotaryDim + second] = (float)sine;
        }
    }
}
