namespace AttentionGen.Runtime.Tests;

public class TensorViewTests
{
    [Fact]
    public void HeadsFirstAndPackedStandWhereTheyShould()
    {
        float[] data = new float[2 * 3 * 5 * 4];
        TensorLayout headsFirst = TensorView.HeadsFirst(data, 2, 3, 5, 4).Layout;
        Assert.Equal((60, 20, 4), (headsFirst.BatchStride, headsFirst.HeadStride, headsFirst.RowStride));
        TensorLayout packed = ReadOnlyTensorView.Packed(data, 2, 5, 3, 4).Layout;
        Assert.Equal((60, 4, 12), (packed.BatchStride, packed.HeadStride, packed.RowStride));
        Assert.Equal((2, 3, 5, 4), (packed.Batch, packed.Heads, packed.Length, packed.Dim));
    }

    [Fact]
    public void AViewMustFitItsData()
    {
        // Any random strides: the constructor must agree with the highest index there is.
        for (int round = 0; round < 2000; round++)
        {
            Random random = Random.Shared;
            (int batch, int heads, int length, int dim) = (random.Next(4), random.Next(4), random.Next(4), random.Next(4));
            (long batchStride, long headStride, long rowStride) = (random.Next(30), random.Next(30), random.Next(30));
            long highest = -1;
            for (int b = 0; b < batch; b++)
            {
                for (int h = 0; h < heads; h++)
                {
                    for (int i = 0; i < length; i++)
                    {
                        highest = dim == 0 ? highest : Math.Max(highest, (b * batchStride) + (h * headStride) + (i * rowStride) + dim - 1);
                    }
                }
            }

            float[] data = new float[random.Next(120)];
            Exception? error = Record.Exception(() => new TensorView(data, batch, heads, length, dim, batchStride, headStride, rowStride).Layout.Count);
            if (highest < data.Length)
            {
                Assert.Null(error);
            }
            else
            {
                Assert.Equal("data", Assert.IsType<ArgumentException>(error).ParamName);
            }
        }
    }

    [Fact]
    public void WrongSizesAreNamed()
    {
        float[] values = new float[23];
        ArgumentException short1 = Assert.Throws<ArgumentException>("values", () => TensorView.HeadsFirst(values, 1, 2, 3, 4).Layout.Count);
        Assert.Contains("[1, 2, 3, 4] = 24", short1.Message, StringComparison.Ordinal);
        Assert.Contains("23", short1.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("values", () => ReadOnlyTensorView.Packed(values, 1, 2, 3, 4).Layout.Count);
        Assert.Throws<ArgumentOutOfRangeException>("heads", () => TensorView.HeadsFirst(values, 1, -2, 3, 4).Layout.Count);
        Assert.Throws<ArgumentOutOfRangeException>("length", () => TensorView.HeadsFirst(values, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue).Layout.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TensorView(values, 1, 1, 1, 1, -1, 0, 0).Layout.Count);
        Assert.Throws<ArgumentOutOfRangeException>("data", () => new TensorView(values, 3, 3, 1, 1, long.MaxValue, long.MaxValue, 1).Layout.Count);
    }

    [Fact]
    public void MasksHoldExactlyTheirShape()
    {
        bool[] flags = new bool[6];
        Assert.Equal(6, new KeepMask(flags, 2, 3).Values.Length);
        Assert.Equal(6, new DropMask(flags, 1, 1, 2, 3).Values.Length);
        Assert.Equal(0, default(ScoreBias).Values.Length);
        Assert.Throws<ArgumentException>("values", () => new KeepMask(flags, 2, 4).Values.Length);
        Assert.Throws<ArgumentException>("values", () => new DropMask(flags, 2, 2, 2, 3).Values.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreBias(new float[6], -2, -3).Values.Length);
    }
}
