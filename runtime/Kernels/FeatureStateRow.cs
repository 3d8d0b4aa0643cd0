using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>
/// One output row of an attention by feature maps that goes on from a state, in double precision: for rows whose single-precision sum of weights falls below the range in which
/// products are kept. Features and sums are as the state holds them, so what lies below FP32's own range stays lost.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class FeatureStateRow
{
    /// <summary>Writes the row; zeros when nothing weighs anything.</summary>
    /// <param name="query">The query's features.</param>
    /// <param name="features">Features.</param>
    /// <param name="state"><c>[features, stateStride]</c>: sums of features times values.</param>
    /// <param name="stateStride">Floats from one feature's sums, or one value, to the next.</param>
    /// <param name="sums"><c>[features]</c>: sums of features.</param>
    /// <param name="keys"><c>[features, keyStride]</c>: features of keys that are not in the state yet.</param>
    /// <param name="keyStride">Floats from one feature of them to the next.</param>
    /// <param name="values"><c>[keys, stateStride]</c>: their values.</param>
    /// <param name="seen">Those of them that the row sees.</param>
    /// <param name="valueDim">Features of a value.</param>
    /// <param name="output"><c>[valueDim]</c>.</param>
    public static void Write(float* query, int features, float* state, int stateStride, float* sums, float* keys, int keyStride, float* values, int seen, int valueDim, float* output)
    {
        double total = 0;
        for (int f = 0; f < features; f++)
        {
            total += (double)query[f] * sums[f];
            for (int j = 0; j < seen; j++)
            {
                total += (double)query[f] * keys[(f * keyStride) + j];
            }
        }

        for (int c = 0; c < valueDim; c++)
        {
            double sum = 0;
            for (int f = 0; f < features; f++)
            {
                double held = state[((long)f * stateStride) + c];
                for (int j = 0; j < seen; j++)
                {
                    held += (double)keys[(f * keyStride) + j] * values[((long)j * stateStride) + c];
                }

                sum += query[f] * held;
            }

            output[c] = total == 0 ? 0f : (float)(sum / total);
        }
    }
}
