using System.Diagnostics;
using AttentionGen;

namespace QuickStart;

/// <summary>How positions enter a plain loop.</summary>
/// <param name="Rotary">The pairs of features that are rotated, or null.</param>
/// <param name="Alibi">Whether distance is penalised.</param>
public readonly record struct PlainPosition(RotaryLayout? Rotary = null, bool Alibi = false);

/// <summary>Attention as one first writes it in C#: loops over arrays, a row at a time, hidden keys skipped; one thread, no SIMD.</summary>
public static class PlainLoop
{
    private const int SampledRows = 16;

    /// <summary>Seconds for the whole text: rotation measured whole, rows of every head measured on a sample and scaled by their visible pairs.</summary>
    public static double Seconds(float[] query, float[] key, float[] value, int length, int kvHeads, KeyRange range, PlainPosition position)
    {
        long start = Stopwatch.GetTimestamp();
        if (position.Rotary is { } layout)
        {
            (float Sin, float Cos)[] table = RotaryTable(length);
            query = Rotate(query, length, layout, table);
            key = Rotate(key, length, layout, table);
        }

        double rotation = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var weights = new float[length];
        var sum = new float[TextModel.HeadDim];
        int rows = Math.Min(SampledRows, length);
        Rows(warmUp: true);
        start = Stopwatch.GetTimestamp();
        long pairs = Rows(warmUp: false);
        double sampled = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return rotation + (sampled * range.Pairs(length) / pairs * TextModel.Heads);

        long Rows(bool warmUp)
        {
            long visible = 0;
            for (int sample = 0; sample < (warmUp ? Math.Min(4, rows) : rows); sample++)
            {
                // The middle of each of `rows` equal stretches, on one head after another.
                int row = (int)((((2L * sample) + 1) * length) / (2L * rows));
                int head = sample % TextModel.Heads;
                Row(query, key, value, weights, sum, length, head, head / (TextModel.Heads / kvHeads), row, range, position.Alibi);
                visible += range.Count(row, length);
            }

            return visible;
        }
    }

    private static void Row(float[] query, float[] key, float[] value, float[] weights, float[] sum, int length, int head, int kvHead, int row, KeyRange range, bool alibi)
    {
        const int dim = TextModel.HeadDim;
        float scale = 1 / MathF.Sqrt(dim);
        float slope = alibi ? MathF.Pow(2, -8f * (head + 1) / TextModel.Heads) : 0;
        int q = ((head * length) + row) * dim;
        float max = float.NegativeInfinity;
        for (int j = 0; j < range.End(row, length); j++)
        {
            if (j >= range.Sinks && j < range.First(row))
            {
                j = range.First(row);
            }

            int k = ((kvHead * length) + j) * dim;
            float dot = 0;
            for (int i = 0; i < dim; i++)
            {
                dot += query[q + i] * key[k + i];
            }

            weights[j] = (dot * scale) - (slope * Math.Abs(row - j));
            max = MathF.Max(max, weights[j]);
        }

        float total = 0;
        Array.Clear(sum);
        for (int j = 0; j < range.End(row, length); j++)
        {
            if (j >= range.Sinks && j < range.First(row))
            {
                j = range.First(row);
            }

            float weight = MathF.Exp(weights[j] - max);
            total += weight;
            int v = ((kvHead * length) + j) * dim;
            for (int i = 0; i < dim; i++)
            {
                sum[i] += weight * value[v + i];
            }
        }

        for (int i = 0; i < dim; i++)
        {
            sum[i] /= total;
        }
    }

    // [length, headDim / 2], shared by all heads.
    private static (float Sin, float Cos)[] RotaryTable(int length)
    {
        const int half = TextModel.HeadDim / 2;
        var table = new (float Sin, float Cos)[length * half];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = MathF.SinCos(i / half * MathF.Pow(10000, -(i % half) / (float)half));
        }

        return table;
    }

    // [heads, length, headDim], every row turned by its position.
    private static float[] Rotate(float[] rows, int length, RotaryLayout layout, (float Sin, float Cos)[] table)
    {
        const int dim = TextModel.HeadDim, half = dim / 2;
        var rotated = new float[rows.Length];
        for (int start = 0; start < rows.Length; start += dim)
        {
            int position = start / dim % length;
            for (int pair = 0; pair < half; pair++)
            {
                (float sin, float cos) = table[(position * half) + pair];
                int first = start + (layout == RotaryLayout.Half ? pair : 2 * pair);
                int second = layout == RotaryLayout.Half ? first + half : first + 1;
                rotated[first] = (rows[first] * cos) - (rows[second] * sin);
                rotated[second] = (rows[first] * sin) + (rows[second] * cos);
            }
        }

        return rotated;
    }
}
