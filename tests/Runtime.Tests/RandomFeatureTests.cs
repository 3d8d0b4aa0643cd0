namespace AttentionGen.Runtime.Tests;

public class RandomFeatureTests
{
    [Theory]
    [InlineData(256, 64)]
    [InlineData(100, 16)]
    [InlineData(5, 40)]
    [InlineData(3, 1)]
    public void RowsOfABlockAreOrthogonal(int count, int dim)
    {
        float[] matrix = Matrix(new RandomFeatures(count, dim, 7));
        for (int one = 0; one < count; one++)
        {
            for (int other = one / dim * dim; other < one; other++)
            {
                Assert.InRange(Dot(matrix, one, other, dim) / Math.Sqrt(Dot(matrix, one, one, dim) * Dot(matrix, other, other, dim)), -1e-6, 1e-6);
            }
        }
    }

    [Fact]
    public void RowsAreAsLongAsRowsOfIndependentNormals()
    {
        const int Count = 4096, Dim = 32;
        float[] matrix = Matrix(new RandomFeatures(Count, Dim, 1));
        double[] squares = [.. Enumerable.Range(0, Count).Select(row => Dot(matrix, row, row, Dim))];

        // Chi-square with 32 degrees: mean 32, variance 64; five standard errors each.
        double mean = squares.Average();
        Assert.InRange(mean, 32 - (5 * 8 / 64.0), 32 + (5 * 8 / 64.0));
        Assert.InRange(squares.Average(square => (square - mean) * (square - mean)), 50, 78);
    }

    [Fact]
    public void SeedDecidesEverything()
    {
        float[] first = Matrix(new RandomFeatures(70, 24, 9));
        Assert.Equal(first, Matrix(new RandomFeatures(70, 24, 9)));
        Assert.NotEqual(first, Matrix(new RandomFeatures(70, 24, 10)));

        // Pinned: a release that draws other features would change every saved model's results.
        Assert.Equal([-0.682508171f, -0.532017052f, -1.30030107f], first.Take(3), static (expected, actual) => Math.Abs(expected - actual) < 1e-6);
    }

    [Fact]
    public void BadSizesAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => new RandomFeatures(0, 8, 1));
        Assert.Throws<ArgumentOutOfRangeException>("dim", () => new RandomFeatures(8, -1, 1));
        ArgumentException refused = Assert.Throws<ArgumentException>("matrix", () => new RandomFeatures(4, 8, 1).CopyTo(new float[31]));
        Assert.Contains("[4, 8] = 32", refused.Message, StringComparison.Ordinal);
    }

    private static float[] Matrix(RandomFeatures features)
    {
        var matrix = new float[features.Count * features.Dim];
        features.CopyTo(matrix);
        return matrix;
    }

    private static double Dot(float[] matrix, int one, int other, int dim) =>
        Enumerable.Range(0, dim).Sum(c => (double)matrix[(one * dim) + c] * matrix[(other * dim) + c]);
}
