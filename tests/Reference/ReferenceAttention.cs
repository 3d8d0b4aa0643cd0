namespace AttentionGen.Reference;

/// <summary>
/// Attention in double precision, row by row, as the papers write it: softmax(q.k * scale + bias) v over the visible keys
/// (Vaswani et al. 2017, equation 1). Slow and plain on purpose: the generated kernels are judged by it.
/// </summary>
public sealed partial class ReferenceAttention
{
    private readonly ReferenceProblem problem;
    private readonly AttentionSizes sizes;
    private readonly IReadOnlyList<ReferenceSoftmax> softmaxes;
    private readonly double[][][] keys;
    private readonly double[][] keyNorms;
    private readonly FeatureLogs[]? keyFeatures;

    /// <summary>Prepares the encoded keys of a problem.</summary>
    public ReferenceAttention(ReferenceProblem problem)
    {
        this.problem = problem;
        sizes = problem.Sizes;
        softmaxes = ReferenceTypes.Softmaxes(problem.Type, problem.Parameters);
        keys = [.. softmaxes.Select(softmax => EncodeKeys(softmax.Half))];
        keyNorms = [.. keys.Select(rows => rows.Select(Norm).ToArray())];
        keyFeatures = FeatureAttention.Covers(problem.Type) ? [.. keys[0].Select(row => Features(row, isKey: true))] : null;
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

    /// <summary>(query, key) pairs that take part, over all sequences, query heads and softmaxes.</summary>
    public static long VisiblePairs(ReferenceProblem problem)
    {
        AttentionSizes sizes = problem.Sizes;
        IReadOnlyList<ReferenceSoftmax> softmaxes = ReferenceTypes.Softmaxes(problem.Type, problem.Parameters);
        long pairs = 0;
        for (int row = 0; row < sizes.RowCount; row++)
        {
            (int batch, int head, int query) = (row / sizes.QueryLength / sizes.Heads, row / sizes.QueryLength % sizes.Heads, row % sizes.QueryLength);
            pairs += softmaxes.Sum(softmax => Enumerable.Range(0, sizes.KeyLength).Count(key => Visibility.Sees(problem, softmax, batch, head, query, key)));
        }

        return pairs;
    }

    /// <summary>One output row: the sum of the type's softmaxes. With several of them there is no log-sum-exp.</summary>
    public ReferenceRow Row(int batch, int head, int query)
    {
        ReferenceRow attended = Attend(batch, head, query);
        return problem.LocalFeatures is null ? attended : LocalMix.Apply(problem, attended, sizes.Row(batch, head, query));
    }

    private ReferenceRow Attend(int batch, int head, int query)
    {
        if (keyFeatures is not null)
        {
            return FeatureRow(keyFeatures, batch, head, query);
        }

        ReferenceRow[] rows = [.. softmaxes.Select((_, n) => Row(n, batch, head, query))];
        if (rows.Length == 1 && softmaxes[0].Coefficient == 1)
        {
            return rows[0];
        }

        var output = new double[sizes.ValueDim];
        double tolerance = 0;
        for (int n = 0; n < rows.Length; n++)
        {
            double coefficient = softmaxes[n].Coefficient;
            for (int feature = 0; feature < output.Length; feature++)
            {
                output[feature] += coefficient * rows[n].Output[feature];
            }

            // Each product and each sum is rounded once more.
            double largest = rows[n].Output.Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(0).Max();
            tolerance += Math.Abs(coefficient) * (rows[n].OutputTolerance + (3 * ErrorBound.UnitRoundoff * largest));
        }

        return new ReferenceRow(output, double.NaN, rows.Sum(row => row.VisibleKeys), tolerance, double.NaN);
    }

    private ReferenceRow Row(int n, int batch, int head, int query)
    {
        ReferenceSoftmax softmax = softmaxes[n];
        double[] plainQuery = Features(problem.Query, sizes.Row(batch, head, query), softmax.Half, problem.QueryGain);
        double[] encodedQuery = Encode(problem.Query, sizes.Row(batch, head, query), Place(problem.QueryPositions, batch, query, sizes.QueryLength, query + problem.AlignmentOffset + ImpliedShift, isKey: false), softmax.Half, problem.QueryGain);
        double queryNorm = Norm(encodedQuery);
        // T5 does not scale scores (Raffel et al. 2020, section 2.1).
        double scale = problem.Scale ?? 1 / ((Distance.T5(problem) is null ? Math.Sqrt(encodedQuery.Length) : 1) * problem.Temperature);
        int kvHead = sizes.KvHeadOf(head);
        List<int> visible = [.. Enumerable.Range(0, sizes.KeyLength).Where(key => Visibility.Sees(problem, softmax, batch, head, query, key))];
        double[] scores = new double[visible.Count];
        double[] ranges = new double[visible.Count];
        for (int v = 0; v < visible.Count; v++)
        {
            int key = sizes.KeyRow(batch, kvHead, visible[v]);
            (double term, double termRange) = Distance.Term(problem, plainQuery, softmax.Half, scale, query + problem.AlignmentOffset, visible[v]);
            double product = (scale * Dot(encodedQuery, keys[n][key])) + term;
            double capped = problem.Softcap is { } cap ? ReferenceModifiers.Cap(product, cap) : product;
            double productRange = (Math.Abs(scale) * queryNorm * keyNorms[n][key]) + termRange;
            double range = problem.Softcap is null ? productRange : CappedRange(productRange, capped);
            double own = EncodingBias(head, query, visible[v]);
            (double score, double scoreRange) = ApplyFunction(capped + own, range + Math.Abs(own), head, query, visible[v]);
            double added = problem.Bias?.At(batch, head, query, visible[v]) ?? 0;
            scores[v] = score + added;
            ranges[v] = scoreRange + (double.IsInfinity(added) ? 0 : Math.Abs(added));
        }

        double[] weights = [.. scores];
        double logSumExp = Softmax.InPlace(weights);
        (double[] output, double rowScale, double largestValue) = Mix(weights, visible, batch, head, query);
        IReadOnlyList<(double Weight, double Range)> shared = Distance.SharedTerms(problem, plainQuery, softmax.Half, scale, query + problem.AlignmentOffset, visible, weights);
        var row = new ReferenceRow(
            output,
            logSumExp,
            visible.Count,
            problem.DropoutSeed is null
                ? ErrorBound.Output(weights, scores, ranges, rowScale, largestValue, shared)
                : ErrorBound.OutputOfSurvivors(weights, scores, ranges, rowScale, largestValue, shared),
            ErrorBound.LogSumExp(weights, scores, ranges, logSumExp, shared));
        return problem.SinkLogits is { } logits ? WithSink(row, logits[head], rowScale, largestValue) : row;
    }

    private (double Score, double Range) ApplyFunction(double score, double range, int head, int query, int key)
    {
        if (problem.Functions is not { Score: { } function } functions)
        {
            return (score, range);
        }

        double result = function(score, head, query + problem.AlignmentOffset, key);
        return (result, (functions.Gain * range) + (double.IsInfinity(result) ? 0 : Math.Abs(result)));
    }

    // One more score without a value: the visible keys share 1 / (1 + exp(sink - logSumExp)) of the weight. That share errs by what the exponent errs by,
    // and weights below 2^-126 of the sink's are flushed to zero.
    private static ReferenceRow WithSink(ReferenceRow row, double sink, double rowScale, double largestValue)
    {
        double high = Math.Max(row.LogSumExp, sink);
        if (double.IsNegativeInfinity(high))
        {
            return row;
        }

        double share = 1 / (1 + Math.Exp(sink - row.LogSumExp));
        double error = double.IsNegativeInfinity(row.LogSumExp) || double.IsNegativeInfinity(sink) ? 0
            : row.LogSumExpTolerance + (8 * ErrorBound.UnitRoundoff * (1 + Math.Abs(sink) + Math.Abs(row.LogSumExp)));
        return row with
        {
            Output = [.. row.Output.Select(value => share == 0 ? 0 : share * value)],
            LogSumExp = high + Math.Log(Math.Exp(row.LogSumExp - high) + Math.Exp(sink - high)),
            OutputTolerance = (share * (row.OutputTolerance + (rowScale * error))) + (largestValue * Math.Pow(2, -125)),
            LogSumExpTolerance = (share == 0 ? 0 : share * row.LogSumExpTolerance) + (8 * ErrorBound.UnitRoundoff * (1 + Math.Abs(high))),
        };
    }

    // An error in the product reaches the score through tanh's slope, 1 - (score / cap)^2; its approximation adds a few units of the score.
    private double CappedRange(double range, double capped)
    {
        double share = capped / problem.Softcap!.Value;
        return (range * (1 - (share * share))) + (2 * Math.Abs(capped));
    }

    private ReferenceRow FeatureRow(FeatureLogs[] features, int batch, int head, int query)
    {
        int kvHead = sizes.KvHeadOf(head);
        double[] row = Encode(problem.Query, sizes.Row(batch, head, query), Place(problem.QueryPositions, batch, query, sizes.QueryLength, query + problem.AlignmentOffset + ImpliedShift, isKey: false), null, problem.QueryGain);
        int[] visible = [.. Enumerable.Range(0, sizes.KeyLength).Where(key => Visibility.Sees(problem, softmaxes[0], batch, head, query, key)).Select(key => sizes.KeyRow(batch, kvHead, key))];
        return FeatureAttention.Row(
            Features(row, isKey: false),
            [.. visible.Select(key => features[key])],
            [.. visible.Select(key => problem.Value.AsSpan(key * sizes.ValueDim, sizes.ValueDim).ToArray())],
            sizes.ValueDim);
    }

    private FeatureLogs Features(double[] row, bool isKey) =>
        FeatureAttention.Logs(problem.Type, problem.Parameters, row, problem.Scale ?? 1 / (Math.Sqrt(row.Length) * problem.Temperature), isKey);

    private (double[] Output, double RowScale, double LargestValue) Mix(double[] weights, List<int> visible, int batch, int head, int query)
    {
        int kvHead = sizes.KvHeadOf(head);
        var output = new double[sizes.ValueDim];
        var magnitude = new double[sizes.ValueDim];
        double largest = 0;
        for (int n = 0; n < visible.Count; n++)
        {
            // A score of negative infinity hides its key, so that key's value takes no part even when it is not finite.
            if (weights[n] == 0)
            {
                continue;
            }

            double weight = weights[n] * (problem.DropoutSeed is { } seed ? ReferenceModifiers.Dropped(seed, batch, head, query, visible[n], problem.Dropout) : 1);
            if (weight == 0)
            {
                continue;
            }

            int start = sizes.KeyRow(batch, kvHead, visible[n]) * sizes.ValueDim;
            for (int feature = 0; feature < sizes.ValueDim; feature++)
            {
                double value = problem.Value[start + feature];
                output[feature] += weight * value;
                magnitude[feature] += weight * Math.Abs(value);
                largest = double.IsFinite(value) ? Math.Max(largest, Math.Abs(value)) : largest;
            }

            if (Distance.Relative(problem) is { } relative && relative.Int("Values", 1) != 0)
            {
                // Shaw et al. 2018, equation 3: the vector of the distance is added to the value.
                int row = Distance.Row(relative, query + problem.AlignmentOffset, visible[n]) * sizes.ValueDim;
                for (int feature = 0; feature < sizes.ValueDim; feature++)
                {
                    double value = problem.RelativeValues![row + feature];
                    output[feature] += weight * value;
                    magnitude[feature] += weight * Math.Abs(value);
                    double both = Math.Abs(problem.Value[start + feature]) + Math.Abs(value);
                    largest = double.IsFinite(both) ? Math.Max(largest, both) : largest;
                }
            }
        }

        return (output, magnitude.Where(double.IsFinite).DefaultIfEmpty(0).Max(), largest);
    }

    internal static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int feature = 0; feature < left.Length; feature++)
        {
            sum += left[feature] * right[feature];
        }

        return sum;
    }

    internal static double Norm(double[] row) => Math.Sqrt(Dot(row, row));
}
