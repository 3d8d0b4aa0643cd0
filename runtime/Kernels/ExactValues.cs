using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>The product of weights and values for blocks that hold an infinity or NaN: a weight of zero contributes nothing, as if its key were not there.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class ExactValues
{
    /// <summary><c>outputs[rows, dim] += weights[rows, count] * values[count, dim]</c>, skipping weights of zero.</summary>
    public static void Accumulate(float* weights, int weightStride, int rows, float* values, int dim, float* outputs, int count)
    {
        for (int r = 0; r < rows; r++)
        {
            float* output = outputs + (r * dim);
            for (int j = 0; j < count; j++)
            {
                float weight = weights[(r * weightStride) + j];
                if (weight == 0f)
                {
                    continue;
                }

                float* value = values + (j * dim);
                for (int c = 0; c < dim; c++)
                {
                    output[c] = (weight * value[c]) + output[c];
                }
            }
        }
    }
}
