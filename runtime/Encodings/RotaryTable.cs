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

    private readonly RotaryFrequencies frequencies;
    private readonly bool interleaved;
    private readonly bool open;
    private readonly double scaleBase;

    /// <summary>An empty table that grows with the positions asked for.</summary>
    /// <param name="rotaryDim">Features rotated; even.</param>
    /// <param name="baseFrequency">The base of the geometric progression, usually 10000.</param>
    /// <param name="interleaved">Pairs are neighbours; otherwise they stand rotaryDim/2 apart.</param>
    /// <param name="maxPositions">Positions at most; 0 leaves it open, up to 1,048,576.</param>
    /// <exception cref="ArgumentException"><paramref name="rotaryDim"/> is odd or not positive, <paramref name="baseFrequency"/> is not a positive number, or <paramref name="maxPositions"/> is negative.</exception>
    public RotaryTable(int rotaryDim, double baseFrequency, bool interleaved, int maxPositions)
        : this(RotaryFrequencies.Plain(rotaryDim, baseFrequency), interleaved, maxPositions)
    {
    }

    /// <summary>An empty table that grows with the positions asked for.</summary>
    /// <param name="frequencies">The angles per position.</param>
    /// <param name="interleaved">Pairs are neighbours; otherwise they stand rotaryDim/2 apart.</param>
    /// <param name="maxPositions">Positions at most; 0 leaves it open, up to 1,048,576.</param>
    /// <param name="scaleBase">
    /// xpos (Sun et al. 2022): row p is also multiplied by <c>zeta_i^(p / scaleBase)</c>, zeta_i = (2i/d + 0.4) / 1.4; negative for keys, whose rows are divided
    /// by it. 0: no decay.
    /// </param>
    public RotaryTable(RotaryFrequencies frequencies, bool interleaved, int maxPositions, double scaleBase = 0)
        : base(frequencies.PerPair.Count * 4, Math.Min(CheckPositions(maxPositions), DecayLimit(scaleBase)))
    {
        this.frequencies = frequencies;
        this.interleaved = interleaved;
        this.scaleBase = scaleBase;
        open = maxPositions == 0;
    }

    /// <summary>Positions over which xpos stays within FP32: its fastest decay is 0.4/1.4 per scaleBase positions, and e^75 leaves room for the data.</summary>
    public static int DecayLimit(double scaleBase) =>
        scaleBase == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, 75 / Math.Log(1.4 / 0.4) * Math.Abs(scaleBase));

    /// <summary>Features rotated.</summary>
    public int RotaryDim => frequencies.PerPair.Count * 2;

    private protected override string LimitReason =>
        Limit == DecayLimit(scaleBase) ? $"past it the decay of xpos leaves the range of single precision. Raise ScaleBase = {Math.Abs(scaleBase)}."
        : open ? "the length was left open. Set MaxLength on [Attention] to allow more positions." : "the declared MaxLength ends the rotary table there.";

    private protected override void Fill(float* table, int first, int past)
    {
        int pairs = frequencies.PerPair.Count;
        for (int position = first; position < past; position++)
        {
            float* cosines = table + ((long)position * Width);
            float* sines = cosines + RotaryDim;
            for (int pair = 0; pair < pairs; pair++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies.PerPair[pair]);
                double magnitude = frequencies.Magnitude * Decay(pair, position);
                int one = interleaved ? 2 * pair : pair;
                int other = interleaved ? one + 1 : pair + pairs;
                cosines[one] = cosines[other] = (float)(cosine * magnitude);
                sines[one] = (float)(-sine * magnitude);
                sines[other] = (float)(sine * magnitude);
            }
        }
    }

    private double Decay(int pair, int position) => scaleBase == 0 ? 1 : Math.Pow(((2.0 * pair / RotaryDim) + 0.4) / 1.4, position / scaleBase);

    private static int CheckPositions(int maxPositions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxPositions);
        return maxPositions == 0 ? OpenLimit : maxPositions;
    }
}
