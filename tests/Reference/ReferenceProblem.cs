namespace AttentionGen.Reference;

/// <summary>One attention to be computed by the oracle: the data and everything that was declared or passed.</summary>
public sealed class ReferenceProblem
{
    /// <summary>The sizes.</summary>
    public required AttentionSizes Sizes { get; init; }

    /// <summary><c>[batch, heads, queryLength, headDim]</c>.</summary>
    public required double[] Query { get; init; }

    /// <summary><c>[batch, kvHeads, keyLength, headDim]</c>.</summary>
    public required double[] Key { get; init; }

    /// <summary><c>[batch, kvHeads, keyLength, valueDim]</c>.</summary>
    public required double[] Value { get; init; }

    /// <summary>The attention type; a name in <see cref="ReferenceTypes"/>.</summary>
    public string Type { get; init; } = "standard";

    /// <summary>What was written for the type.</summary>
    public Parameters Parameters { get; init; } = Parameters.None;

    /// <summary>The positional encodings.</summary>
    public IReadOnlyList<ReferenceEncoding> Encodings { get; init; } = [];

    /// <summary>The flag that hides later keys on any type.</summary>
    public bool Causal { get; init; }

    /// <summary>The last query lines up with the last key; otherwise query 0 with key 0.</summary>
    public bool AlignBottomRight { get; init; }

    /// <summary>Factor on q.k; null: <c>1 / (sqrt(features that a softmax compares) * Temperature)</c>.</summary>
    public double? Scale { get; init; }

    /// <summary>Softmax temperature, when <see cref="Scale"/> is not given.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary><c>[batch]</c>: real keys of each sequence; null: all.</summary>
    public int[]? KeyLengths { get; init; }

    /// <summary><c>[queryLength]</c> or <c>[batch, queryLength]</c>; null: the aligned index.</summary>
    public int[]? QueryPositions { get; init; }

    /// <summary><c>[keyLength]</c> or <c>[batch, keyLength]</c>; null: the index.</summary>
    public int[]? KeyPositions { get; init; }

    /// <summary>True may attend; null: all may.</summary>
    public Broadcast<bool>? Keep { get; init; }

    /// <summary>Another mask, true may attend; null: all may.</summary>
    public Broadcast<bool>? Blocks { get; init; }

    /// <summary>True is hidden; null: none is.</summary>
    public Broadcast<bool>? Drop { get; init; }

    /// <summary>Added to the scaled scores; null: nothing.</summary>
    public Broadcast<float>? Bias { get; init; }

    /// <summary>The user's own functions; null: none.</summary>
    public UserFunctions? Functions { get; init; }

    /// <summary><c>[2 * MaxRelativePosition + 1, headDim]</c>, where distances have vectors.</summary>
    public float[]? RelativeKeys { get; init; }

    /// <summary><c>[2 * MaxRelativePosition + 1, valueDim]</c>, where distances have value vectors.</summary>
    public float[]? RelativeValues { get; init; }

    /// <summary><c>[heads, Buckets]</c>, where distances have a bias by bucket.</summary>
    public float[]? BucketBias { get; init; }

    /// <summary><c>[batch, heads, queryLength, valueDim]</c>, where the output is mixed with them; null: it is not.</summary>
    public float[]? LocalFeatures { get; init; }

    /// <summary>Bound on scaled scores before biases; null: none.</summary>
    public double? Softcap { get; init; }

    /// <summary>0: rows as they are; 1: divided by their root mean square, times a gain; 2: divided by their Euclidean norm.</summary>
    public int QkNorm { get; init; }

    /// <summary>Gain of normalised queries; null: 1.</summary>
    public float[]? QueryGain { get; init; }

    /// <summary>Gain of normalised keys; null: 1.</summary>
    public float[]? KeyGain { get; init; }

    /// <summary>A logit per query head that joins the softmax without a value; null: none.</summary>
    public float[]? SinkLogits { get; init; }

    /// <summary>The probability with which weights are dropped, when there is a seed.</summary>
    public double Dropout { get; init; }

    /// <summary>The seed of dropout; null: nothing is dropped.</summary>
    public long? DropoutSeed { get; init; }

    /// <summary>Axes of positions: as many as the sections of a multi-axis encoding, otherwise 1.</summary>
    public int PositionAxes => Encodings.Select(encoding => encoding.Parameters.Array("Sections")?.Length ?? 1).DefaultIfEmpty(1).Max();

    /// <summary>The key index that query 0 stands at.</summary>
    public int AlignmentOffset => AlignBottomRight ? Sizes.KeyLength - Sizes.QueryLength : 0;

    /// <summary>Single-precision data as the oracle takes it.</summary>
    public static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (int n = 0; n < wide.Length; n++)
        {
            wide[n] = values[n];
        }

        return wide;
    }

    /// <summary>The same problem on other data.</summary>
    public ReferenceProblem WithTensors(double[] query, double[] key, double[] value) => With(query, key, value, Encodings);

    /// <summary>The same problem with other encodings.</summary>
    public ReferenceProblem WithEncodings(IReadOnlyList<ReferenceEncoding> encodings) => With(Query, Key, Value, encodings);

    private ReferenceProblem With(double[] query, double[] key, double[] value, IReadOnlyList<ReferenceEncoding> encodings) => new()
    {
        Sizes = Sizes,
        Query = query,
        Key = key,
        Value = value,
        Type = Type,
        Parameters = Parameters,
        Encodings = encodings,
        Causal = Causal,
        AlignBottomRight = AlignBottomRight,
        Scale = Scale,
        Temperature = Temperature,
        KeyLengths = KeyLengths,
        QueryPositions = QueryPositions,
        KeyPositions = KeyPositions,
        Keep = Keep,
        Blocks = Blocks,
        Drop = Drop,
        Bias = Bias,
        Functions = Functions,
        RelativeKeys = RelativeKeys,
        RelativeValues = RelativeValues,
        BucketBias = BucketBias,
        LocalFeatures = LocalFeatures,
        Softcap = Softcap,
        QkNorm = QkNorm,
        QueryGain = QueryGain,
        KeyGain = KeyGain,
        SinkLogits = SinkLogits,
        Dropout = Dropout,
        DropoutSeed = DropoutSeed,
    };
}

/// <summary>One positional encoding of a problem.</summary>
/// <param name="Name">A name in <see cref="ReferenceEncodings"/>.</param>
/// <param name="Parameters">What was written for it; the learned encoding's table is the array <c>Table</c>.</param>
public sealed record ReferenceEncoding(string Name, Parameters Parameters)
{
    /// <summary>What the encoding does.</summary>
    public EncodingDefinition Definition => ReferenceEncodings.All[Name];
}
