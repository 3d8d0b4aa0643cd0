namespace AttentionGen.Reference;

/// <summary>Matrix product in double precision.</summary>
public static class ReferenceGemm
{
    /// <summary><c>[rows, inner] x [inner, columns] -> [rows, columns]</c>, plus an optional <c>[columns]</c> bias.</summary>
    /// <param name="left"><c>[rows, inner]</c>, row-major.</param>
    /// <param name="right"><c>[inner, columns]</c>, row-major.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="inner">The summed size.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="bias"><c>[columns]</c>, or null.</param>
    public static double[] Multiply(ReadOnlySpan<double> left, ReadOnlySpan<float> right, int rows, int inner, int columns, float[]? bias = null)
    {
        var result = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sum = bias?[column] ?? 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += left[(row * inner) + k] * right[(k * columns) + column];
                }

                result[(row * columns) + column] = sum;
            }
        }

        return result;
    }
}
