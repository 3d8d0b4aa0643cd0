using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart;

/// <summary>A kernel host on one text.</summary>
public sealed class KernelRun(KernelDemonstration demonstration, TextModel model) : IPreparedRun
{
    private const int CheckedRows = 24;
    private readonly float[] query = model.Query();
    private readonly float[] key = model.Key(demonstration.KvHeads);
    private readonly float[] value = model.Value(demonstration.KvHeads);
    private readonly float[] output = new float[TextModel.Heads * model.Length * TextModel.HeadDim];

    /// <inheritdoc/>
    public double Flops => 4.0 * TextModel.HeadDim * TextModel.Heads * demonstration.Range.Pairs(model.Length);

    /// <inheritdoc/>
    public void Forward(int threads) =>
        demonstration.Kernel(query, key, value, output, 1, model.Length, model.Length, new AttentionArguments { MaxThreads = threads });

    /// <inheritdoc/>
    public Accuracy Check()
    {
        var sizes = new AttentionSizes(1, TextModel.Heads, demonstration.KvHeads, model.Length, model.Length, TextModel.HeadDim, TextModel.HeadDim);
        var oracle = new ReferenceAttention(WithTensors(sizes));
        double maxError = 0;
        bool within = true;
        int rows = Math.Min(CheckedRows, model.Length);
        for (int sample = 0; sample < rows; sample++)
        {
            int head = sample % TextModel.Heads;
            int position = rows == 1 ? 0 : (int)((long)sample * (model.Length - 1) / (rows - 1));
            ReferenceRow exact = oracle.Row(0, head, position);
            double error = Distance(output.AsSpan(sizes.Row(0, head, position) * TextModel.HeadDim, TextModel.HeadDim), exact.Output);
            within &= error <= exact.OutputTolerance;
            maxError = double.IsNaN(error) ? error : Math.Max(maxError, error);
        }

        return new(rows, maxError, within);
    }

    /// <inheritdoc/>
    public double PlainSeconds() =>
        PlainLoop.Seconds(query, key, value, model.Length, demonstration.KvHeads, demonstration.Range, demonstration.Position);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ReferenceProblem WithTensors(AttentionSizes sizes) => new()
    {
        Sizes = sizes,
        Query = ReferenceProblem.Widen(query),
        Key = ReferenceProblem.Widen(key),
        Value = ReferenceProblem.Widen(value),
        Type = demonstration.Oracle.Type,
        Parameters = demonstration.Oracle.Parameters,
        Encodings = demonstration.Oracle.Encodings,
        Causal = demonstration.Oracle.Causal,
    };

    private static double Distance(ReadOnlySpan<float> actual, ReadOnlySpan<double> exact)
    {
        double largest = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            double error = Math.Abs(actual[i] - exact[i]);
            largest = double.IsNaN(error) ? error : Math.Max(largest, error);
        }

        return largest;
    }
}
