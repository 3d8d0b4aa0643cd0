using System.Diagnostics;
using AttentionGen;

namespace QuickStart;

/// <summary>A layer host on one text.</summary>
public sealed class LayerRun(LayerDemonstration demonstration, TextModel model) : IPreparedRun
{
    private const int CheckedRows = 4;
    private const int Projections = 4;

    // Embeddings and projected values are of unit scale, so an absolute bound says what a relative one would: some 170 roundings of 1.
    private const double Tolerance = 1e-5;

    private readonly LayerHandle handle = demonstration.Create();
    private readonly float[] input = model.Input();
    private readonly float[] output = new float[model.Length * TextModel.DModel];

    /// <inheritdoc/>
    public double Flops =>
        (4.0 * TextModel.HeadDim * TextModel.Heads * demonstration.Range.Pairs(model.Length))
        + (2.0 * Projections * model.Length * TextModel.DModel * TextModel.DModel);

    /// <inheritdoc/>
    public void Forward(int threads) => handle.Forward(input, output, 1, model.Length, new AttentionArguments { MaxThreads = threads });

    /// <inheritdoc/>
    public Accuracy Check()
    {
        var oracle = new ExactLayer(handle, input, model.Length, demonstration.Range);
        double maxError = 0;
        int rows = Math.Min(CheckedRows, model.Length);
        for (int sample = 0; sample < rows; sample++)
        {
            int position = rows == 1 ? 0 : (int)((long)sample * (model.Length - 1) / (rows - 1));
            double[] exact = oracle.Row(position);
            for (int feature = 0; feature < exact.Length; feature++)
            {
                double error = Math.Abs(output[(position * TextModel.DModel) + feature] - exact[feature]);
                maxError = double.IsNaN(error) || error > maxError ? error : maxError;
            }
        }

        return new(rows, maxError, maxError <= Tolerance);
    }

    /// <inheritdoc/>
    public double PlainSeconds() =>
        PlainLoop.Seconds(model.Query(), model.Key(TextModel.Heads), model.Value(TextModel.Heads), model.Length, TextModel.Heads, demonstration.Range, default)
        + (Projections * model.Length * PlainProjectionOfRow());

    /// <inheritdoc/>
    public void Dispose() => handle.Layer.Dispose();

    // Seconds for one row times one [DModel, DModel] matrix, averaged over a sample of rows.
    private double PlainProjectionOfRow()
    {
        const int width = TextModel.DModel;
        int rows = Math.Min(64, model.Length);
        float[] weight = handle.Weights.Query;
        var sums = new float[width];
        long start = Stopwatch.GetTimestamp();
        for (int row = 0; row < rows; row++)
        {
            Array.Clear(sums);
            for (int i = 0; i < width; i++)
            {
                float factor = input[(row * width) + i];
                for (int j = 0; j < width; j++)
                {
                    sums[j] += factor * weight[(i * width) + j];
                }
            }
        }

        GC.KeepAlive(sums);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / rows;
    }
}
