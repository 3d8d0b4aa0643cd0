using AttentionGen.Reference;

namespace AttentionGen.Prebuilt.Tests;

/// <summary>One call of a pre-generated kernel with random inputs, and the oracle's answer to the same call.</summary>
internal sealed class KernelCall
{
    private readonly Random random = new();
    private readonly AttentionOptions options;
    private readonly AttentionSizes sizes;
    private readonly bool packed;
    private readonly float[] query, key, value, output, logSumExp;
    private int[]? keyLengths;
    private Broadcast<bool>? keep, drop;
    private Broadcast<float>? bias;

    /// <summary>Inputs of a kernel for one call.</summary>
    public KernelCall(AttentionOptions options, int batch, int queryLength, int keyLength, bool packed)
    {
        this.options = options;
        this.packed = packed;
        int kvHeads = options.KvHeads == 0 ? options.Heads : options.KvHeads;
        sizes = new(batch, options.Heads, kvHeads, queryLength, keyLength, options.HeadDim, options.HeadDim);
        query = Draw(sizes.QueryCount);
        key = Draw(sizes.KeyCount);
        value = Draw(sizes.ValueCount);
        output = new float[sizes.OutputCount];
        logSumExp = new float[sizes.RowCount];
    }

    /// <summary>Adds key lengths, masks and a bias, their sizes picked at random among those that broadcast.</summary>
    public KernelCall WithArguments()
    {
        keyLengths = [.. Enumerable.Range(0, sizes.Batch).Select(_ => random.Next(sizes.KeyLength + 1))];
        keep = Random(_ => random.Next(8) != 0);
        drop = Random(_ => random.Next(8) == 0);
        bias = Random(_ => random.NextSingle());
        return this;
    }

    /// <summary>Runs both and compares every row.</summary>
    public void Check()
    {
        IAttentionKernel kernel = AttentionFactory.Create(options);
        Forward(kernel);
        var oracle = new ReferenceAttention(Problem());
        for (int row = 0; row < sizes.RowCount; row++)
        {
            (int b, int h, int i) = (row / sizes.QueryLength / sizes.Heads, row / sizes.QueryLength % sizes.Heads, row % sizes.QueryLength);
            ReferenceRow exact = oracle.Row(b, h, i);
            int start = packed ? ((((b * sizes.QueryLength) + i) * sizes.Heads) + h) * sizes.ValueDim : row * sizes.ValueDim;
            for (int c = 0; c < sizes.ValueDim; c++)
            {
                Assert.True(Math.Abs(output[start + c] - exact.Output[c]) <= exact.OutputTolerance, $"{this}: [{b}, {h}, {i}, {c}] is {output[start + c]}, exactly {exact.Output[c]}");
            }

            Assert.True(logSumExp[row] == exact.LogSumExp || Math.Abs(logSumExp[row] - exact.LogSumExp) <= exact.LogSumExpTolerance, $"{this}: log-sum-exp [{b}, {h}, {i}] is {logSumExp[row]}, exactly {exact.LogSumExp}");
        }
    }

    /// <summary>One call.</summary>
    public void Forward(IAttentionKernel kernel)
    {
        AttentionArguments arguments = new()
        {
            KeyLengths = keyLengths,
            LogSumExp = logSumExp,
            Keep = keep is null ? default : new(keep.Values, keep.Batch, keep.Heads, keep.Queries, keep.Keys),
            Drop = drop is null ? default : new(drop.Values, drop.Batch, drop.Heads, drop.Queries, drop.Keys),
            Bias = bias is null ? default : new(bias.Values, bias.Batch, bias.Heads, bias.Queries, bias.Keys),
        };
        if (packed)
        {
            kernel.Forward(
                ReadOnlyTensorView.Packed(query, sizes.Batch, sizes.QueryLength, sizes.Heads, sizes.HeadDim),
                ReadOnlyTensorView.Packed(key, sizes.Batch, sizes.KeyLength, sizes.KvHeads, sizes.HeadDim),
                ReadOnlyTensorView.Packed(value, sizes.Batch, sizes.KeyLength, sizes.KvHeads, sizes.ValueDim),
                TensorView.Packed(output, sizes.Batch, sizes.QueryLength, sizes.Heads, sizes.ValueDim),
                arguments);
        }
        else
        {
            kernel.Forward(query, key, value, output, sizes.Batch, sizes.QueryLength, sizes.KeyLength, arguments);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{options}, {sizes}, packed {packed}";

    private ReferenceProblem Problem()
    {
        string type = AttentionTypes.Find(options.Type)!;
        return new()
        {
            Sizes = sizes,
            Query = HeadsFirst(query, sizes.Heads, sizes.QueryLength),
            Key = HeadsFirst(key, sizes.KvHeads, sizes.KeyLength),
            Value = HeadsFirst(value, sizes.KvHeads, sizes.KeyLength),
            Type = type,
            Causal = options.Causal,
            AlignBottomRight = true,
            Parameters = type == AttentionTypes.Local ? Parameters.None.With("Window", options.Window) : Parameters.None,
            KeyLengths = keyLengths,
            Keep = keep,
            Drop = drop,
            Bias = bias,
        };
    }

    private double[] HeadsFirst(float[] data, int heads, int length)
    {
        double[] wide = ReferenceProblem.Widen(data);
        if (!packed)
        {
            return wide;
        }

        int dim = sizes.HeadDim;
        var turned = new double[wide.Length];
        for (int n = 0; n < wide.Length; n++)
        {
            (int b, int i, int h, int c) = (n / dim / heads / length, n / dim / heads % length, n / dim % heads, n % dim);
            turned[(((((b * heads) + h) * length) + i) * dim) + c] = wide[n];
        }

        return turned;
    }

    private Broadcast<T> Random<T>(Func<int, T> draw)
    {
        int batch = random.Next(2) == 0 ? 1 : sizes.Batch, heads = random.Next(2) == 0 ? 1 : sizes.Heads, queries = random.Next(2) == 0 ? 1 : sizes.QueryLength;
        return new([.. Enumerable.Range(0, batch * heads * queries * sizes.KeyLength).Select(draw)], batch, heads, queries, sizes.KeyLength);
    }

    private float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
}
