using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// One output row of an attention by feature maps, in double precision with the logarithms of features instead of the features: for rows whose
/// single-precision sum of weights vanishes because every product of a query's and a key's features lies below the range of exponents.
/// </summary>
/// <remarks>Weight of key j: <c>exp(log sum_f phi(q)_f phi(k_j)_f)</c>, relative to the largest so far (Milakov and Gimelshein 2018).</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe ref struct ExactFeatureRow
{
    /// <summary>The functions, as the generator numbers them.</summary>
    private const int EluPlusOne = 0, Relu = 1;

    private readonly int function;
    private readonly float* matrix;
    private readonly int features;
    private readonly int dim;
    private readonly int valueDim;
    private readonly double* queryLogs;
    private readonly double* sums;
    private double max;
    private double total;

    /// <summary>A row that has seen no key.</summary>
    /// <param name="function">0: elu + 1; 1: relu + 0.001; 2: exponential of rows in base-2 units.</param>
    /// <param name="matrix">The random features <c>[features, dim]</c>; null: the rows' own features.</param>
    /// <param name="features">Features.</param>
    /// <param name="dim">Features of a query or key head.</param>
    /// <param name="valueDim">Features of a value head.</param>
    /// <param name="query">The query, with positions and scale in it.</param>
    /// <param name="scratch"><c>[features + valueDim]</c>.</param>
    public ExactFeatureRow(int function, float* matrix, int features, int dim, int valueDim, float* query, double* scratch)
    {
        this.matrix = matrix;
        (this.function, this.features, this.dim, this.valueDim) = (function, features, dim, valueDim);
        queryLogs = scratch;
        sums = scratch + features;
        new Span<double>(sums, valueDim).Clear();
        max = double.NegativeInfinity;
        for (int feature = 0; feature < features; feature++)
        {
            queryLogs[feature] = LogOf(Project(query, feature));
        }
    }

    /// <summary>Adds keys and their values.</summary>
    /// <param name="keys"><c>[count, dim]</c>, with positions and scale in them.</param>
    /// <param name="values">The first key's value.</param>
    /// <param name="valueStride">Floats from one value to the next.</param>
    /// <param name="count">Keys.</param>
    public void Add(float* keys, float* values, long valueStride, int count)
    {
        for (int j = 0; j < count; j++)
        {
            double score = Score(keys + ((long)j * dim));
            if (score > max)
            {
                Rescale(Math.Exp(max - score));
                max = score;
            }

            double weight = double.IsNegativeInfinity(score) ? 0 : Math.Exp(score - max);
            total += weight;
            for (int c = 0; weight != 0 && c < valueDim; c++)
            {
                sums[c] += weight * values[(j * valueStride) + c];
            }
        }
    }

    /// <summary>Writes the row; zeros when it has seen no key.</summary>
    public readonly void Write(float* output)
    {
        for (int c = 0; c < valueDim; c++)
        {
            output[c] = total == 0 ? 0f : (float)(sums[c] / total);
        }
    }

    private void Rescale(double factor)
    {
        total *= factor;
        for (int c = 0; c < valueDim; c++)
        {
            sums[c] *= factor;
        }
    }

    // log sum_f exp(queryLogs[f] + log phi(key)_f), in two passes over the features.
    private readonly double Score(float* key)
    {
        // The exponential's |key|^2 / 2, whose base-2 rows hold log2(e) squared.
        double norm = 0;
        for (int c = 0; function > Relu && c < dim; c++)
        {
            norm += (double)key[c] * key[c] * Math.Log(2) * Math.Log(2) / 2;
        }

        double highest = double.NegativeInfinity, sum = 0;
        for (int feature = 0; feature < features; feature++)
        {
            double log = queryLogs[feature] + LogOf(Project(key, feature)) - norm;
            if (log > highest)
            {
                sum = (sum * Math.Exp(highest - log)) + 1;
                highest = log;
            }
            else
            {
                sum += double.IsNegativeInfinity(log) ? 0 : Math.Exp(log - highest);
            }
        }

        return highest + Math.Log(sum);
    }

    private readonly double Project(float* row, int feature)
    {
        if (matrix == null)
        {
            return row[feature];
        }

        double product = 0;
        for (int c = 0; c < dim; c++)
        {
            product += (double)row[c] * matrix[((long)feature * dim) + c];
        }

        return product;
    }

    private readonly double LogOf(double x) => function switch
    {
        EluPlusOne => x > 0 ? Math.Log(1 + x) : x,
        Relu => Math.Log(Math.Max(x, 0) + 0.001),
        _ => x * Math.Log(2),
    };
}
