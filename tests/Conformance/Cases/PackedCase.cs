using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Reference;

namespace AttentionGen.Conformance.Cases;

/// <summary>Sequences laid end to end, and each of them on its own.</summary>
public sealed class PackedCase
{
    private readonly Declaration declaration;
    private readonly ConformanceCase whole;
    private readonly int[] starts;
    private readonly int[] keyStarts;
    private readonly Arrangement arrangement;

    public PackedCase(Declaration declaration, Random random, int[] lengths, int[] keyLengths)
    {
        this.declaration = declaration;
        starts = Sum(lengths);
        keyStarts = Sum(keyLengths);
        arrangement = random.Pick(Enum.GetValues<Arrangement>());
        whole = ConformanceCase.Plain(declaration, random, 1, starts[^1], keyStarts[^1]);
        bool positioned = declaration.IsRotary && random.Chance(0.5);
        int axes = random.Chance(0.5) ? declaration.PositionAxes : 1;
        QueryPositions = positioned ? random.Integers(axes * starts[^1], 0, 900) : null;
        KeyPositions = positioned ? random.Integers(axes * keyStarts[^1], 0, 900) : null;
    }

    private int[]? QueryPositions { get; }

    private int[]? KeyPositions { get; }

    /// <summary>All sequences in one call.</summary>
    public KernelCall NewCall(SimdTier tier, int maxThreads) => Call(
        whole.Sizes,
        whole.Query,
        whole.Key,
        whole.Value,
        whole.Inputs with
        {
            CumulativeLengths = starts,
            CumulativeKeyLengths = starts.AsSpan().SequenceEqual(keyStarts) ? null : keyStarts,
            QueryPositions = QueryPositions,
            KeyPositions = KeyPositions,
        },
        tier,
        maxThreads);

    /// <summary>One sequence in a call of its own.</summary>
    public KernelCall Alone(int sequence, SimdTier tier)
    {
        AttentionSizes all = whole.Sizes;
        (int first, int end) = (starts[sequence], starts[sequence + 1]);
        (int firstKey, int endKey) = (keyStarts[sequence], keyStarts[sequence + 1]);
        return Call(
            all with { QueryLength = end - first, KeyLength = endKey - firstKey },
            Cut(whole.Query, all.Heads, all.QueryLength, all.HeadDim, first, end),
            Cut(whole.Key, all.KvHeads, all.KeyLength, all.HeadDim, firstKey, endKey),
            Cut(whole.Value, all.KvHeads, all.KeyLength, all.ValueDim, firstKey, endKey),
            whole.Inputs with
            {
                QueryPositions = QueryPositions is null ? null : Cut(QueryPositions, QueryPositions.Length / all.QueryLength, all.QueryLength, 1, first, end),
                KeyPositions = KeyPositions is null ? null : Cut(KeyPositions, KeyPositions.Length / all.KeyLength, all.KeyLength, 1, firstKey, endKey),
                LocalFeatures = whole.Inputs.LocalFeatures is { } local ? Cut(local, all.Heads, all.QueryLength, all.ValueDim, first, end) : null,
            },
            tier,
            1);
    }

    /// <summary>Sequences of one length as an ordinary batch.</summary>
    public KernelCall Batch(int sequences, int length) => Call(
        whole.Sizes with { Batch = sequences, QueryLength = length, KeyLength = length },
        Each(sequences, s => Cut(whole.Query, whole.Sizes.Heads, whole.Sizes.QueryLength, whole.Sizes.HeadDim, s * length, (s + 1) * length)),
        Each(sequences, s => Cut(whole.Key, whole.Sizes.KvHeads, whole.Sizes.KeyLength, whole.Sizes.HeadDim, s * length, (s + 1) * length)),
        Each(sequences, s => Cut(whole.Value, whole.Sizes.KvHeads, whole.Sizes.KeyLength, whole.Sizes.ValueDim, s * length, (s + 1) * length)),
        whole.Inputs,
        SimdTier.Best,
        1);

    /// <summary>The rows of one sequence of a packed tensor.</summary>
    public float[] Rows(TensorBuffer packed, int sequence) =>
        Cut(packed.Get(), packed.Layout.Heads, packed.Layout.Length, packed.Layout.Dim, starts[sequence], starts[sequence + 1]);

    /// <summary>The rows of all sequences, one sequence after the other, as a batch holds them.</summary>
    public float[] Joined(TensorBuffer packed, int sequences) => Each(sequences, s => Rows(packed, s));

    private KernelCall Call(AttentionSizes sizes, float[] query, float[] key, float[] value, CallInputs inputs, SimdTier tier, int maxThreads) => new ConformanceCase
    {
        Declaration = declaration,
        Sizes = sizes,
        Query = query,
        Key = key,
        Value = value,
        Inputs = inputs,
        InputArrangement = arrangement,
        OutputArrangement = arrangement,
        WantsLogSumExp = declaration.HasLogSumExp,
        MaxThreads = maxThreads,
    }.NewCall(tier);

    private static float[] Each(int sequences, Func<int, float[]> part) => [.. Enumerable.Range(0, sequences).SelectMany(part)];

    private static int[] Sum(int[] lengths)
    {
        var sums = new int[lengths.Length + 1];
        for (int s = 0; s < lengths.Length; s++)
        {
            sums[s + 1] = sums[s] + lengths[s];
        }

        return sums;
    }

    /// <summary>Rows [from, to) of each head of <c>[heads, length, dim]</c>.</summary>
    private static T[] Cut<T>(T[] values, int heads, int length, int dim, int from, int to) =>
        [.. Enumerable.Range(0, heads).SelectMany(head => values.Skip(((head * length) + from) * dim).Take((to - from) * dim))];
}
