using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// The cosines and signed sines of a rotary encoding (RoFormer, Su et al. 2021), computed in double and stored in single precision:
/// row p is <c>C[rotaryDim]</c>, then <c>S[rotaryDim]</c>, so that <c>rotated[c] = x[c] * C[c] + x[partner(c)] * S[c]</c>.
/// </summary>
/// <remarks>
/// Pair i turns by <c>p * baseFrequency^(-2i / rotaryDim)</c>. Half layout: feature c &lt; rotaryDim/2 is the first of pair c and its partner is
/// c + rotaryDim/2. Interleaved: features 2i and 2i + 1 are pair i. S is negative for the first of a pair.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class RotaryTable : PositionTable
{
    /// <summary>Positions of a table whose length was left open: a row of 128 features is 1 KiB, so this is 1 GiB at the most usual head dim.</summary>
    private const int OpenLimit = 1 << 20;

    private readonly double[] frequencies;
    private readonly bool interleaved;
    private readonly bool open;

    /// <summary>An empty table that grows with the positions asked for.</summary>
    /// <param name="rotaryDim">Features rotated; even.</param>
    /// <param name="baseFrequency">The base of the geometric progression, usually 10000.</param>
    /// <param name="interleaved">Pairs are neighbours; otherwise they stand rotaryDim/2 apart.</param>
    /// <param name="maxPositions">Positions at most; 0 leaves it open, up to 1,048,576.</param>
    /// <exception cref="ArgumentException"><paramref name="rotaryDim"/> is odd or not positive, <paramref name="baseFrequency"/> is not a positive number, or <paramref name="maxPositions"/> is negative.</exception>
    public RotaryTable(int rotaryDim, double baseFrequency, bool interleaved, int maxPositions)
        : base(CheckDim(rotaryDim) * 2, CheckPositions(maxPositions))
    {
        if (!double.IsFinite(baseFrequency) || baseFrequency <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(baseFrequency), baseFrequency, "Expected a positive number.");
        }

        RotaryDim = rotaryDim;
        this.interleaved = interleaved;
        open = maxPositions == 0;
        frequencies = new double[rotaryDim / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = Math.Pow(baseFrequency, -2.0 * pair / rotaryDim);
        }
    }

    /// <summary>Features rotated.</summary>
    public int RotaryDim { get; }

    private protected override string LimitReason =>
        open ? "the length was left open. Set MaxLength on [Attention] to allow more positions." : "the declared MaxLength ends the rotary table there.";

    private protected override void Fill(float* table, int first, int past)
    {
        for (int position = first; position < past; position++)
        {
            float* cosines = table + ((long)position * Width);
            float* sines = cosines + RotaryDim;
            for (int pair = 0; pair < frequencies.Length; pair++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[pair]);
                int one = interleaved ? 2 * pair : pair;
                int other = interleaved ? one + 1 : pair + frequencies.Length;
                cosines[one] = cosines[other] = (float)cosine;
                sines[one] = (float)-sine;
                sines[other] = (float)sine;
            }
        }
    }

    private static int CheckDim(int rotaryDim) =>
        rotaryDim > 0 && rotaryDim % 2 == 0 && rotaryDim <= int.MaxValue / 2
            ? rotaryDim
            : throw new ArgumentOutOfRangeException(nameof(rotaryDim), rotaryDim, "Expected a positive even number of features.");

    private static int CheckPositions(int maxPositions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxPositions);
        return maxPositions == 0 ? OpenLimit : maxPositions;
    }
}
