using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public unsafe class EncodingTests
{
    [Theory]
    [InlineData(64, 10000, false)]
    [InlineData(64, 10000, true)]
    [InlineData(2, 500000, true)]
    [InlineData(38, 777.5, false)]
    public void RotaryRowsRotatePairsByTheirAngle(int dim, double baseFrequency, bool interleaved)
    {
        RotaryTable table = new(dim, baseFrequency, interleaved, 0);
        float* rows = table.Rows(3000);
        foreach (int position in new[] { 0, 1, 17, 999, 2999 })
        {
            float* row = rows + ((long)position * 2 * dim);
            for (int pair = 0; pair < dim / 2; pair++)
            {
                (int first, int second) = interleaved ? (2 * pair, (2 * pair) + 1) : (pair, pair + (dim / 2));
                double angle = position * Math.Pow(baseFrequency, -2.0 * pair / dim);
                (double x, double y) = (0.3, -1.7);
                Assert.Equal((x * Math.Cos(angle)) - (y * Math.Sin(angle)), (x * row[first]) + (y * row[dim + first]), 3e-7);
                Assert.Equal((x * Math.Sin(angle)) + (y * Math.Cos(angle)), (y * row[second]) + (x * row[dim + second]), 3e-7);
            }
        }
    }

    [Fact]
    public void ARotaryTableGrowsWithoutMovingWhatACallHolds()
    {
        RotaryTable table = new(8, 10000, false, 0);
        float* early = table.Rows(10);
        float[] before = new Span<float>(early, 10 * 16).ToArray();
        Parallel.For(0, 64, i => table.Rows(100 * (i + 1)));
        float* late = table.Rows(6400);
        Assert.Equal(before, new Span<float>(early, 10 * 16).ToArray());
        Assert.Equal(before, new Span<float>(late, 10 * 16).ToArray());
        RotaryTable fresh = new(8, 10000, false, 6400);
        Assert.Equal(new Span<float>(fresh.Rows(6400), 6400 * 16).ToArray(), new Span<float>(late, 6400 * 16).ToArray());
        Assert.Equal(0, (long)late % 64);
    }

    [Fact]
    public void ARotaryTableNamesThePositionPastItsLimit()
    {
        RotaryTable declared = new(8, 10000, false, 100);
        declared.Rows(100);
        ArgumentException past = Assert.Throws<ArgumentException>(() => declared.Rows(101));
        Assert.Contains("100", past.Message, StringComparison.Ordinal);
        Assert.Contains("99", past.Message, StringComparison.Ordinal);
        ArgumentException open = Assert.Throws<ArgumentException>(() => new RotaryTable(8, 10000, false, 0).Rows((1 << 20) + 1));
        Assert.Contains("MaxLength", open.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("rotaryDim", () => new RotaryTable(7, 10000, false, 0));
        Assert.Throws<ArgumentOutOfRangeException>("baseFrequency", () => new RotaryTable(8, double.NaN, false, 0));
        Assert.Throws<ArgumentOutOfRangeException>("maxPositions", () => new RotaryTable(8, 10000, false, -1));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(7)]
    public void SinusoidalFollowsTheFormula(int width)
    {
        SinusoidalEncoding encoding = new(width, 1000);
        int[] positions = [4999, 0, 3, 3, 77];
        float[] values = new float[positions.Length * width];
        encoding.GetEncoding(positions, values);
        float[] input = Inputs.Random(2 * 100 * width);
        float[] sum = [.. input];
        encoding.AddTo(sum, 2, 100);
        for (int feature = 0; feature < width; feature++)
        {
            for (int row = 0; row < positions.Length; row++)
            {
                Assert.Equal(Expected(positions[row], feature), values[(row * width) + feature], 1e-7);
            }

            for (int row = 0; row < 200; row++)
            {
                Assert.Equal(input[(row * width) + feature] + (float)Expected(row % 100, feature), sum[(row * width) + feature], 1e-7);
            }
        }

        double Expected(int position, int feature)
        {
            double angle = position / Math.Pow(1000, (feature - (feature % 2)) / (double)width);
            return feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        }
    }

    [Fact]
    public void SinusoidalRefusesPositionsPastItsTable()
    {
        SinusoidalEncoding encoding = new(4);
        float[] target = [float.NaN, float.NaN, float.NaN, float.NaN];
        ArgumentException past = Assert.Throws<ArgumentOutOfRangeException>("positions", () => encoding.GetEncoding([5000], target));
        Assert.Contains("5000", past.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("positions", () => encoding.GetEncoding([-1], target));
        Assert.Throws<ArgumentException>("encoding", () => encoding.GetEncoding([1, 2], target));
        Assert.Throws<ArgumentException>("input", () => encoding.AddTo(target, 1, 2));
        Assert.Throws<ArgumentException>("length", () => encoding.AddTo(new float[4 * 5001], 1, 5001));
        Assert.All(target, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void AlibiSlopesFollowThePaperAndItsInterpolation()
    {
        Assert.Equal([0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.00390625f], AlibiSlopes.For(8));
        float[] twelve = AlibiSlopes.For(12);
        Assert.Equal(AlibiSlopes.For(8), twelve[..8]);
        float[] sixteen = AlibiSlopes.For(16);
        Assert.Equal([sixteen[0], sixteen[2], sixteen[4], sixteen[6]], twelve[8..]);
        Assert.Equal([MathF.Pow(2, -8)], AlibiSlopes.For(1));
        Assert.Throws<ArgumentOutOfRangeException>("heads", () => AlibiSlopes.For(0));
    }
}
