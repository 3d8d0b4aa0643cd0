using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Value vectors of clipped distances, key by key: where keys are not consecutive, or a vector holds an infinity or NaN.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class DistanceValues
{
    /// <summary><c>outputs[rows, dim] += weights[rows, count] * vectors[clip(key - query) + most]</c>, skipping weights of zero.</summary>
    /// <param name="weights">The weight of the first row and key.</param>
    /// <param name="weightStride">Floats from one row of weights to the next.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="keys">The index of each key, where they are not consecutive; null: 0, 1, 2, ...</param>
    /// <param name="query">The aligned index of the first row.</param>
    /// <param name="count">Keys.</param>
    /// <param name="vectors"><c>[2 * most + 1, dim]</c>.</param>
    /// <param name="most">Distances are clipped to plus or minus this.</param>
    /// <param name="dim">Floats in a vector and a row of outputs.</param>
    /// <param name="outputs">The first row's outputs.</param>
    public static void Accumulate(float* weights, int weightStride, int rows, float* keys, int query, int count, float* vectors, int most, int dim, float* outputs)
    {
        for (int r = 0; r < rows; r++)
        {
            float* row = weights + (r * weightStride);
            float* output = outputs + (r * dim);
            float before = 0f, after = 0f;
            for (int n = 0; n < count; n++)
            {
                if (row[n] == 0f)
                {
                    continue;
                }

                int distance = (keys == null ? n : (int)keys[n]) - (query + r);
                if (distance <= -most)
                {
                    before += row[n];
                }
                else if (distance >= most)
                {
                    after += row[n];
                }
                else
                {
                    Add(row[n], vectors + ((distance + most) * dim), dim, output);
                }
            }

            AddUnlessZero(before, vectors, dim, output);
            AddUnlessZero(after, vectors + (2 * most * dim), dim, output);
        }
    }

    private static void AddUnlessZero(float weight, float* vector, int dim, float* output)
    {
        if (weight != 0f)
        {
            Add(weight, vector, dim, output);
        }
    }

    private static void Add(float weight, float* vector, int dim, float* output)
    {
        for (int c = 0; c < dim; c++)
        {
            output[c] = (weight * vector[c]) + output[c];
        }
    }
}
