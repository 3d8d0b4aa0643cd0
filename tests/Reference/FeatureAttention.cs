namespace AttentionGen.Reference;

/// <summary>
/// Attention whose weights are products of positive features, in double precision: out_i = sum_j w_ij v_j / sum_j w_ij with
/// w_ij = sum_f phi(q_i)_f phi(k_j)_f over the visible keys (Katharopoulos et al. 2020, equation 5; Choromanski et al. 2021, equation 6).
/// </summary>
/// <remarks>
/// Features are kept as logarithms, since the largest exponent of a row cancels in the quotient: a query's exp(-|q|^2 / 2) and the
/// 1/sqrt(features) of all of them are left out for the same reason.
/// </remarks>
public static class FeatureAttention
{
    /// <summary>Whether a type is one of these.</summary>
    public static bool Covers(string type) => type is "linear" or "performer";

    /// <summary>log phi of each feature of a row, and how far single precision may be off in each, in units of roundoff.</summary>
    /// <param name="type">linear or performer.</param>
    /// <param name="parameters">What was declared; a performer's matrix [features, head dim] is the array RandomFeatures.</param>
    /// <param name="row">A query or key, with positions in it.</param>
    /// <param name="scale">The scale of the scores.</param>
    /// <param name="isKey">Whether the exponential's |row|^2 / 2 counts.</param>
    public static FeatureLogs Logs(string type, Parameters parameters, double[] row, double scale, bool isKey)
    {
        if (type == "linear")
        {
            // What turned a feature (a rotation) errs in units of the row's largest, which 1 + x divides; exp(x) takes it whole.
            double largest = row.Max(Math.Abs);
            return new FeatureLogs([.. row.Select(EluPlusOne)], [.. row.Select(x => largest / (1 + Math.Max(x, 0)))], 0);
        }

        float[] matrix = parameters.Array("RandomFeatures") ?? throw new ArgumentException("A performer needs the array RandomFeatures, [features, head dim].");
        double[] scaled = [.. row.Select(x => x * Math.Sqrt(scale))];
        double norm = Math.Sqrt(Dot(scaled, scaled));
        int features = matrix.Length / row.Length;
        var logs = new double[features];
        var errors = new double[features];
        for (int feature = 0; feature < features; feature++)
        {
            double[] direction = [.. matrix.AsSpan(feature * row.Length, row.Length).ToArray().Select(x => (double)x)];
            double x = Dot(direction, scaled);
            double reach = Math.Sqrt(Dot(direction, direction)) * norm;
            (logs[feature], errors[feature]) = parameters.Int("Kernel", 0) switch
            {
                // The error of x reaches log(x + 0.001) divided by x + 0.001.
                1 => (Math.Log(Math.Max(x, 0) + 0.001), reach / (Math.Max(x, 0) + 0.001)),
                2 => (EluPlusOne(x), reach),
                _ => (isKey ? x - (norm * norm / 2) : x, reach),
            };
        }

        return new FeatureLogs(logs, errors, isKey && parameters.Int("Kernel", 0) == 0 ? norm * norm / 2 : 0);
    }

    /// <summary>One output row.</summary>
    /// <param name="query">The query's features.</param>
    /// <param name="keys">The visible keys' features.</param>
    /// <param name="values">Their values.</param>
    /// <param name="valueDim">Features of a value.</param>
    public static ReferenceRow Row(FeatureLogs query, IReadOnlyList<FeatureLogs> keys, IReadOnlyList<double[]> values, int valueDim)
    {
        var products = new double[keys.Count][];
        double highest = double.NegativeInfinity;
        for (int j = 0; j < keys.Count; j++)
        {
            products[j] = new double[query.Logs.Length];
            for (int f = 0; f < query.Logs.Length; f++)
            {
                products[j][f] = query.Logs[f] + keys[j].Logs[f];
                highest = Math.Max(highest, products[j][f]);
            }
        }

        double total = 0;
        foreach (double[] product in products)
        {
            for (int f = 0; f < product.Length; f++)
            {
                product[f] = Math.Exp(product[f] - highest);
                total += product[f];
            }
        }

        var output = new double[valueDim];
        var magnitude = new double[valueDim];
        for (int j = 0; j < keys.Count; j++)
        {
            double weight = products[j].Sum() / total;
            for (int c = 0; c < valueDim; c++)
            {
                output[c] += weight * values[j][c];
                magnitude[c] += weight * Math.Abs(values[j][c]);
            }
        }

        double rowScale = magnitude.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        return new ReferenceRow(output, double.NaN, keys.Count, keys.Count == 0 ? 0 : FeatureErrorBound.Output(query, keys, products, total, rowScale), double.NaN);
    }

    private static double EluPlusOne(double x) => x > 0 ? Math.Log(1 + x) : x;

    private static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int c = 0; c < left.Length; c++)
        {
            sum += left[c] * right[c];
        }

        return sum;
    }
}

/// <summary>A row's features as logarithms.</summary>
/// <param name="Logs">log phi.</param>
/// <param name="Errors">How far each may be off in single precision, in units of roundoff: the scale of the random walk of its dot product.</param>
/// <param name="CommonError">The same for what all of them share (the exponential's |row|^2 / 2).</param>
public sealed record FeatureLogs(double[] Logs, double[] Errors, double CommonError);
