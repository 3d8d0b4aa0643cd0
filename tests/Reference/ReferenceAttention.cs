namespace AttentionGen.Reference;

/// <summary>
/// Attention in double precision, row by row, as the papers write it: softmax(q.k * scale + bias) v over the visible keys
/// (Vaswani et al. 2017, equation 1). Slow and plain on purpose: the generated kernels are judged by it.
/// </summary>
public sealed class ReferenceAttention
{
    private readonly ReferenceProblem problem;
    private readonly AttentionSizes sizes;
    private readonly double[][] keys;
    private readonly double[] keyNorms;

    /// <summary>Prepares the encoded keys of a problem.</summary>
    public ReferenceAttention(ReferenceProblem problem)
    {
        this.problem = problem;
        sizes = problem.Sizes;
        keys = new double[sizes.Batch * sizes.KvHeads * sizes.KeyLength][];
        for (int batch = 0; batch < sizes.Batch; batch++)
        {
            for (int kvHead = 0; kvHead < sizes.KvHeads; kvHead++)
            {
                for (int key = 0; key < sizes.KeyLength; key++)
                {
                    int row = sizes.KeyRow(batch, kvHead, key);
                    keys[row] = Encode(problem.Key, row, Position(problem.KeyPositions, batch, key, sizes.KeyLength, key));
                }
            }
        }

        keyNorms = [.. keys.Select(Norm)];
    }

    /// <summary>The whole problem.</summary>
    public static ReferenceResult Forward(ReferenceProblem problem)
    {
        AttentionSizes sizes = problem.Sizes;
        var attention = new ReferenceAttention(problem);
        var output = new double[sizes.OutputCount];
        var logSumExp = new double[sizes.RowCount];
        var tolerance = new double[sizes.RowCount];
        long pairs = 0;
        for (int batch = 0; batch < sizes.Batch; batch++)
        {
            for (int head = 0; head < sizes.Heads; head++)
            {
                for (int query = 0; query < sizes.QueryLength; query++)
                {
                    int index = sizes.Row(batch, head, query);
                    ReferenceRow row = attention.Row(batch, head, query);
                    row.Output.CopyTo(output, index * sizes.ValueDim);
                    logSumExp[index] = row.LogSumExp;
                    tolerance[index] = row.OutputTolerance;
                    pairs += row.VisibleKeys;
                }
            }
        }

        return new ReferenceResult(output, logSumExp, pairs, tolerance);
    }

    /// <summary>(query, key) pairs that take part, over all sequences and query heads.</summary>
    public static long VisiblePairs(ReferenceProblem problem)
    {
        AttentionSizes sizes = problem.Sizes;
        long pairs = 0;
        for (int row = 0; row < sizes.RowCount; row++)
        {
            for (int key = 0; key < sizes.KeyLength; key++)
            {
                int head = row / sizes.QueryLength % sizes.Heads;
                pairs += Visibility.Sees(problem, row / sizes.QueryLength / sizes.Heads, head, row % sizes.QueryLength, key) ? 1 : 0;
            }
        }

        return pairs;
    }

    /// <summary>One output row.</summary>
    public ReferenceRow Row(int batch, int head, int query)
    {
        double[] encodedQuery = Encode(problem.Query, sizes.Row(batch, head, query), Position(problem.QueryPositions, batch, query, sizes.QueryLength, query + problem.AlignmentOffset));
        double queryNorm = Norm(encodedQuery);
        int kvHead = sizes.KvHeadOf(head);
        List<int> visible = [.. Enumerable.Range(0, sizes.KeyLength).Where(key => Visibility.Sees(problem, batch, head, query, key))];
        var scores = new double[visible.Count];
        var ranges = new double[visible.Count];
        for (int n = 0; n < visible.Count; n++)
        {
            int key = sizes.KeyRow(batch, kvHead, visible[n]);
            double bias = Bias(batch, head, query, visible[n]);
            scores[n] = (problem.ScaleFactor * Dot(encodedQuery, keys[key])) + bias;
            ranges[n] = (Math.Abs(problem.ScaleFactor) * queryNorm * keyNorms[key]) + (double.IsInfinity(bias) ? 0 : Math.Abs(bias));
        }

        double[] weights = [.. scores];
        double logSumExp = Softmax.InPlace(weights);
        (double[] output, double rowScale) = Mix(weights, visible, batch, kvHead);
        return new ReferenceRow(
            output,
            logSumExp,
            visible.Count,
            ErrorBound.Output(weights, scores, ranges, rowScale),
            ErrorBound.LogSumExp(weights, scores, ranges, logSumExp));
    }

    private (double[] Output, double RowScale) Mix(double[] weights, List<int> visible, int batch, int kvHead)
    {
        var output = new double[sizes.ValueDim];
        var magnitude = new double[sizes.ValueDim];
        for (int n = 0; n < visible.Count; n++)
        {
            // A score of negative infinity hides its key, so that key's value takes no part even when it is not finite.
            if (weights[n] == 0)
            {
                continue;
            }

            int start = sizes.KeyRow(batch, kvHead, visible[n]) * sizes.ValueDim;
            for (int feature = 0; feature < sizes.ValueDim; feature++)
            {
                double value = problem.Value[start + feature];
                output[feature] += weights[n] * value;
                magnitude[feature] += weights[n] * Math.Abs(value);
            }
        }

        return (output, magnitude.Where(double.IsFinite).DefaultIfEmpty(0).Max());
    }

    private double Bias(int batch, int head, int query, int key)
    {
        double bias = problem.Bias?.At(batch, head, query, key) ?? 0;
        foreach (ReferenceEncoding encoding in problem.Encodings)
        {
            bias += encoding.Definition.ScoreBias?.Invoke(encoding.Parameters, sizes.Heads, head, query + problem.AlignmentOffset, key) ?? 0;
        }

        return bias;
    }

    private double[] Encode(double[] rows, int index, int position)
    {
        double[] row = rows.AsSpan(index * sizes.HeadDim, sizes.HeadDim).ToArray();
        foreach (ReferenceEncoding encoding in problem.Encodings)
        {
            encoding.Definition.TransformRow?.Invoke(encoding.Parameters, row, position);
        }

        return row;
    }

    private static int Position(int[]? positions, int batch, int index, int length, int implied) =>
        positions is null ? implied
        : positions.Length == length ? positions[index]
        : positions[(batch * length) + index];

    private static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int feature = 0; feature < left.Length; feature++)
        {
            sum += left[feature] * right[feature];
        }

        return sum;
    }

    private static double Norm(double[] row) => Math.Sqrt(Dot(row, row));
}
