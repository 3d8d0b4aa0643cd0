using AttentionGen.Kernels;

namespace AttentionGen.Benchmarks.Kernels;

/// <summary>The generated Decode of a host, over contiguous data.</summary>
public delegate void DecodeCall(ReadOnlySpan<float> query, ReadOnlySpan<float> key, ReadOnlySpan<float> value, Span<float> output, int tokens, IKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments);

/// <summary>A kernel that decodes.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="Shape">Its caches.</param>
/// <param name="Decode">Its step.</param>
public sealed record DecodeEntry(string Name, int Heads, KvShape Shape, DecodeCall Decode)
{
    /// <summary>FP32.</summary>
    public static DecodeEntry Single64 { get; } = new("d=64 FP32", Decode64.Heads, Decode64.CacheShape, Decode64.Decode);

    /// <summary>FP32 and what is stored smaller.</summary>
    public static IReadOnlyList<DecodeEntry> Precisions { get; } =
    [
        Single64,
        new("d=128 FP32", Decode128.Heads, Decode128.CacheShape, Decode128.Decode),
        new("d=128 FP16", DecodeHalf128.Heads, DecodeHalf128.CacheShape, DecodeHalf128.Decode),
        new("d=128 BF16", DecodeBFloat128.Heads, DecodeBFloat128.CacheShape, DecodeBFloat128.Decode),
        new("d=128 INT8", DecodeInt128.Heads, DecodeInt128.CacheShape, DecodeInt128.Decode),
        new("d=128 INT8/32", DecodeInt128Block32.Heads, DecodeInt128Block32.CacheShape, DecodeInt128Block32.Decode),
    ];

    /// <summary>Four query heads for each KV head.</summary>
    public static DecodeEntry Grouped64 { get; } = new("d=64 FP32, 4 heads a KV head", DecodeGrouped64.Heads, DecodeGrouped64.CacheShape, DecodeGrouped64.Decode);

    /// <summary>What is measured against peers: FP32, one or four query heads for each of eight KV heads.</summary>
    public static IReadOnlyList<DecodeEntry> AgainstPeers { get; } =
    [
        Single64,
        Grouped64,
        Precisions[1],
        new("d=128 FP32, 4 heads a KV head", DecodeGrouped128.Heads, DecodeGrouped128.CacheShape, DecodeGrouped128.Decode),
    ];

    /// <summary>One head.</summary>
    public static DecodeEntry OneHead64 { get; } = new("d=64 FP32, one head", DecodeSingle64.Heads, DecodeSingle64.CacheShape, DecodeSingle64.Decode);
}

/// <summary>Sequences in several caches, such as the layers of a model: a step attends with one token of each sequence to each cache, so that nothing is left in the processor's caches when it comes round again.</summary>
public sealed unsafe class DecodeProblem : IDisposable
{
    // Rows from where one head's past begins to where the next one's does.
    private const int HeadShift = 131;

    private readonly DecodeEntry kernel;
    private readonly int[] lengths;
    private readonly KvCache[] caches;
    private readonly float[] pastKeys;
    private readonly float[] pastValues;
    private readonly int[] sequences;
    private readonly float[] query;
    private readonly float[] key;
    private readonly float[] value;
    private readonly float[] output;

    /// <summary>Fills caches of at least <paramref name="leastBytes"/> in all.</summary>
    public DecodeProblem(DecodeEntry kernel, int[] lengths, long leastBytes)
    {
        this.kernel = kernel;
        this.lengths = lengths;
        KvShape shape = kernel.Shape;
        double bytes = lengths.Sum(length => (length + 1) * shape.BytesPerToken);
        int layers = Math.Max(1, (int)Math.Ceiling(leastBytes / bytes));
        Bytes = bytes * layers;
        sequences = [.. Enumerable.Range(0, lengths.Length)];
        caches = [.. Enumerable.Range(0, layers).Select(_ => new ContiguousKvCache(shape, lengths.Length, lengths.Max() + 1))];
        query = Draw(lengths.Length * kernel.Heads * shape.HeadDim, 1);
        key = Draw(lengths.Length * shape.KvHeads * shape.HeadDim, 2);
        value = Draw(lengths.Length * shape.KvHeads * shape.ValueDim, 3);
        output = new float[lengths.Length * kernel.Heads * shape.ValueDim];
        int rows = lengths.Max() + (shape.KvHeads * HeadShift);
        pastKeys = Draw(rows * shape.HeadDim, 4);
        pastValues = Draw(rows * shape.ValueDim, 5);
        Fill();
    }

    /// <summary>The kernel.</summary>
    public DecodeEntry Kernel => kernel;

    /// <summary>Tokens that each sequence holds.</summary>
    public IReadOnlyList<int> Lengths => lengths;

    /// <summary>Caches.</summary>
    public int Layers => caches.Length;

    /// <summary>The new tokens' queries <c>[sequences, heads, headDim]</c>.</summary>
    public ReadOnlySpan<float> Query => query;

    /// <summary>Their keys <c>[sequences, kvHeads, headDim]</c>.</summary>
    public ReadOnlySpan<float> Key => key;

    /// <summary>Their values <c>[sequences, kvHeads, valueDim]</c>.</summary>
    public ReadOnlySpan<float> Value => value;

    /// <summary>What the last step wrote, <c>[sequences, heads, valueDim]</c>.</summary>
    public ReadOnlySpan<float> Output => output;

    /// <summary>The keys <c>[longest, headDim]</c> of one head that every cache and sequence holds.</summary>
    public ReadOnlySpan<float> PastKeys(int head) => pastKeys.AsSpan(head * HeadShift * kernel.Shape.HeadDim, lengths.Max() * kernel.Shape.HeadDim);

    /// <summary>Its values <c>[longest, valueDim]</c>.</summary>
    public ReadOnlySpan<float> PastValues(int head) => pastValues.AsSpan(head * HeadShift * kernel.Shape.ValueDim, lengths.Max() * kernel.Shape.ValueDim);

    /// <summary>Bytes of keys and values that a step reads.</summary>
    public double Bytes { get; }

    /// <summary>One token of every sequence through every cache.</summary>
    public void Step(int threads)
    {
        foreach (KvCache cache in caches)
        {
            kernel.Decode(query, key, value, output, 1, cache, sequences, new AttentionArguments { MaxThreads = threads });
            Forget(cache);
        }
    }

    /// <summary>The same, one sequence after the other.</summary>
    public void StepOneByOne(int threads)
    {
        foreach (KvCache cache in caches)
        {
            foreach (int sequence in sequences)
            {
                kernel.Decode(Of(query, sequence), Of(key, sequence), Of(value, sequence), Of(output, sequence), 1, cache, sequences.AsSpan(sequence, 1), new AttentionArguments { MaxThreads = threads });
            }

            Forget(cache);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (KvCache cache in caches)
        {
            cache.Dispose();
        }
    }

    private Span<float> Of(float[] rows, int sequence) => rows.AsSpan(rows.Length / lengths.Length * sequence, rows.Length / lengths.Length);

    private void Forget(KvCache cache)
    {
        for (int s = 0; s < lengths.Length; s++)
        {
            cache.Truncate(s, lengths[s]);
        }
    }

    private void Fill()
    {
        KvShape shape = kernel.Shape;
        fixed (float* keys = pastKeys, values = pastValues)
        {
            foreach (KvCache cache in caches)
            {
                for (int s = 0; s < lengths.Length; s++)
                {
                    cache.Reserve(s, lengths[s]);
                    KvSequence view = cache.View(s);
                    for (int token = 0; token < lengths[s]; token += shape.PageTokens)
                    {
                        int count = Math.Min(shape.PageTokens, lengths[s] - token);
                        for (int h = 0; h < shape.KvHeads; h++)
                        {
                            byte* head = view.Head(token / shape.PageTokens, h);
                            long row = token + (h * HeadShift);
                            KvRows.WriteKeys(shape, head, 0, count, keys + (row * shape.HeadDim), shape.HeadDim);
                            KvRows.WriteValues(shape, head, 0, count, values + (row * shape.ValueDim), shape.ValueDim);
                        }
                    }

                    cache.Commit(s, lengths[s]);
                }
            }
        }
    }

    private static float[] Draw(int count, int seed)
    {
        float[] values = new float[count];
        NormalDraw.Fill(values, seed);
        return values;
    }
}
