using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.StandIn;

/// <summary>The stand-in's positional encodings, as a single-precision kernel does them: angles in double, tables in float.</summary>
internal sealed class StandInEncoding
{
    private readonly Declaration declaration;
    private readonly Mutant mutant;
    private readonly Parameters? rotary;
    private readonly int rotaryDim;
    private readonly float[]? slopes;

    public StandInEncoding(Declaration declaration, Mutant mutant)
    {
        this.declaration = declaration;
        this.mutant = mutant;
        rotary = Find("rope");
        rotaryDim = mutant == Mutant.RotaryOfWholeHead ? declaration.Shape.HeadDim / 2 * 2 : rotary?.Int("RotaryDim", declaration.Shape.HeadDim) ?? 0;
        slopes = Find("alibi") is { } alibi ? (mutant == Mutant.SlopesIgnored ? null : alibi.Array("Slopes")) ?? Slopes() : null;
    }

    public int QueryPosition(KernelCall call, int batch, int query)
    {
        int offset = mutant == Mutant.RotaryQueryNotAligned ? 0 : StandInMask.Offset(declaration, mutant, call);
        return Position(call.Inputs.QueryPositions, batch, query, call.Query.Layout.Length, query + offset);
    }

    public int KeyPosition(KernelCall call, int batch, int key) => Position(call.Inputs.KeyPositions, batch, key, call.Key.Layout.Length, key);

    public float[] Encode(float[] row, int position)
    {
        if (rotary is null)
        {
            return row;
        }

        bool interleaved = (rotary.Int("Layout", 0) == (int)RotaryLayout.Interleaved) != (mutant == Mutant.RotaryPairsSwapped);
        double wavelengthBase = mutant == Mutant.RotaryBaseIgnored ? 10000 : rotary.Number("Base", 10000);
        for (int pair = 0; pair < rotaryDim / 2; pair++)
        {
            double angle = Math.Pow(wavelengthBase, -2.0 * pair / rotaryDim) * position;
            if (mutant == Mutant.RotaryAngleInSinglePrecision)
            {
                angle = (float)Math.Pow(wavelengthBase, -2.0 * pair / rotaryDim) * (float)position;
            }

            (float sin, float cos) = ((float)Math.Sin(mutant == Mutant.RotaryBackwards ? -angle : angle), (float)Math.Cos(angle));
            (int a, int b) = interleaved ? (2 * pair, (2 * pair) + 1) : (pair, pair + (rotaryDim / 2));
            (row[a], row[b]) = ((row[a] * cos) - (row[b] * sin), (row[a] * sin) + (row[b] * cos));
        }

        return row;
    }

    public float DistanceBias(KernelCall call, int head, int query, int key)
    {
        int distance = query + StandInMask.Offset(declaration, mutant, call) - key;
        return slopes is null ? 0 : -slopes[head] * (mutant == Mutant.DistanceSigned ? distance : Math.Abs(distance));
    }

    private int Position(int[]? positions, int batch, int index, int length, int implied) =>
        positions is null || mutant == Mutant.PositionsIgnored ? implied
        : positions.Length == length || mutant == Mutant.PositionsShared ? positions[index]
        : positions[(batch * length) + index];

    private float[] Slopes()
    {
        int heads = declaration.Shape.Heads;
        int first = mutant == Mutant.SlopesFromZero ? 0 : 1;
        if (mutant == Mutant.SlopesNotInterpolated)
        {
            return [.. Geometric(heads, first)];
        }

        int lower = 1;
        while (lower * 2 <= heads)
        {
            lower *= 2;
        }

        return [.. Geometric(lower, first), .. Geometric(2 * lower, first).Where((_, n) => n % 2 == 0).Take(heads - lower)];
    }

    private static IEnumerable<float> Geometric(int heads, int first) =>
        Enumerable.Range(first, heads).Select(n => (float)Math.Pow(2, -8.0 * n / heads));

    private Parameters? Find(string name) =>
        declaration.Encodings.FirstOrDefault(e => e.Name == name) is { } found ? Argument.ToParameters(found.Arguments) : null;
}
