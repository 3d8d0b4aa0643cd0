using AttentionGen.Reference;

namespace QuickStart;

/// <summary>
/// Rows of a layer's output in double precision. It never projects the whole text: a score q.(x W_k) is (W_k q).x, and a sum of projected
/// values is the projection of the summed inputs, so a row costs a few passes over the text instead of two large products.
/// </summary>
public sealed class ExactLayer
{
    private const int Width = TextModel.DModel;
    private const int Dim = TextModel.HeadDim;
    private readonly LayerWeights weights;
    private readonly double[] rows;
    private readonly int length;
    private readonly KeyRange range;

    /// <summary>Widens the input and adds the layer's encoding to it.</summary>
    public ExactLayer(LayerHandle handle, float[] input, int length, KeyRange range)
    {
        weights = handle.Weights;
        this.length = length;
        this.range = range;
        rows = ReferenceProblem.Widen(input);
        for (int position = 0; position < length; position++)
        {
            double[] added = handle.AddedEncoding(position);
            for (int feature = 0; feature < Width; feature++)
            {
                rows[(position * Width) + feature] += added[feature];
            }
        }
    }

    /// <summary>One output row, <c>[DModel]</c>.</summary>
    public double[] Row(int position)
    {
        var attended = new double[Width];
        for (int head = 0; head < TextModel.Heads; head++)
        {
            Head(position, head * Dim).CopyTo(attended, head * Dim);
        }

        return Project(attended, weights.Output, 0, Width);
    }

    private double[] Head(int position, int column)
    {
        double[] query = Project(RowAt(position), weights.Query, column, Dim);
        var direction = new double[Width];
        for (int i = 0; i < Width; i++)
        {
            for (int j = 0; j < Dim; j++)
            {
                direction[i] += weights.Key[(i * Width) + column + j] * query[j];
            }
        }

        var scores = new double[length];
        double max = double.NegativeInfinity;
        for (int key = 0; key < length; key++)
        {
            scores[key] = range.Sees(position, key, length) ? Dot(direction, RowAt(key)) / Math.Sqrt(Dim) : double.NegativeInfinity;
            max = Math.Max(max, scores[key]);
        }

        var mixed = new double[Width];
        double sum = 0;
        for (int key = 0; key < length; key++)
        {
            double weight = Math.Exp(scores[key] - max);
            sum += weight;
            ReadOnlySpan<double> row = RowAt(key);
            for (int i = 0; i < Width; i++)
            {
                mixed[i] += weight * row[i];
            }
        }

        double[] values = Project(mixed, weights.Value, column, Dim);
        return [.. values.Select(value => value / sum)];
    }

    private ReadOnlySpan<double> RowAt(int position) => rows.AsSpan(position * Width, Width);

    private static double[] Project(ReadOnlySpan<double> row, float[] matrix, int column, int count)
    {
        var result = new double[count];
        for (int i = 0; i < Width; i++)
        {
            for (int j = 0; j < count; j++)
            {
                result[j] += row[i] * matrix[(i * Width) + column + j];
            }
        }

        return result;
    }

    private static double Dot(double[] left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int i = 0; i < Width; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
