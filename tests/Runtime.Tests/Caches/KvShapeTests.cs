namespace AttentionGen.Runtime.Tests.Caches;

public class KvShapeTests
{
    [Theory]
    [InlineData(KvPrecision.Single, 0, 4 * 64 * 6, 0, 64 * 16 * 4, 0)]
    [InlineData(KvPrecision.Half, 0, 2 * 64 * 6, 0, 64 * 16 * 2, 0)]
    [InlineData(KvPrecision.BFloat16, 0, 2 * 64 * 6, 0, 64 * 16 * 2, 0)]
    [InlineData(KvPrecision.Int8, 0, 64 * 6, 64 * 4, 64 * 16, 64 * 4)]
    [InlineData(KvPrecision.Int8, 3, 64 * 6, 2 * 64 * 4, 64 * 16, 3 * 64 * 4)]
    public void PartsFollowOneAnother(KvPrecision precision, int block, int keys, int keyScales, int values, int valueScales)
    {
        KvShape shape = new(2, headDim: 6, valueDim: 9, precision, block);
        Assert.Equal(keys, shape.KeyScalesOffset);
        Assert.Equal(keys + keyScales, shape.ValuesOffset);
        Assert.Equal(keys + keyScales + values, shape.ValueScalesOffset);
        Assert.Equal(keys + keyScales + values + valueScales, shape.HeadBytes);
        Assert.Equal(2 * shape.HeadBytes, shape.PageBytes);
        Assert.Equal(shape.PageBytes / 64.0, shape.BytesPerToken);
        Assert.Equal(16, shape.ValueStride);
    }

    [Fact]
    public void PartsAreAlignedForOddDims()
    {
        foreach (KvPrecision precision in Enum.GetValues<KvPrecision>())
        {
            KvShape shape = new(3, headDim: 7, valueDim: 17, precision, pageTokens: 16);
            Assert.Equal(0, shape.KeyScalesOffset % 64);
            Assert.Equal(0, shape.ValuesOffset % 64);
            Assert.Equal(0, shape.ValueScalesOffset % 64);
            Assert.Equal(0, shape.HeadBytes % 64);
        }
    }

    [Fact]
    public void ShapesAreEqualByValue()
    {
        Assert.Equal(new KvShape(2, 64, 64, KvPrecision.Int8, 32), new KvShape(2, 64, 64, KvPrecision.Int8, 32, 64));
        Assert.NotEqual(new KvShape(2, 64, 64), new KvShape(2, 64, 64, pageTokens: 32));
    }

    [Fact]
    public void BadShapesNameTheArgument()
    {
        Assert.Throws<ArgumentOutOfRangeException>("kvHeads", () => new KvShape(0, 64, 64));
        Assert.Throws<ArgumentOutOfRangeException>("headDim", () => new KvShape(1, 0, 64));
        Assert.Throws<ArgumentOutOfRangeException>("valueDim", () => new KvShape(1, 64, -1));
        Assert.Throws<ArgumentOutOfRangeException>("precision", () => new KvShape(1, 64, 64, (KvPrecision)9));
        Assert.Throws<ArgumentOutOfRangeException>("quantBlock", () => new KvShape(1, 64, 64, KvPrecision.Int8, -1));
        Assert.Throws<ArgumentException>("quantBlock", () => new KvShape(1, 64, 64, KvPrecision.Half, 32));
        Assert.Throws<ArgumentException>("quantBlock", () => new KvShape(1, 64, 96, KvPrecision.Int8, 64));
        Assert.Throws<ArgumentOutOfRangeException>("pageTokens", () => new KvShape(1, 64, 64, pageTokens: 24));
        Assert.Throws<ArgumentOutOfRangeException>("pageTokens", () => new KvShape(1, 64, 64, pageTokens: 0));
        Assert.Throws<ArgumentException>("pageTokens", () => new KvShape(1 << 20, 128, 128));
        Assert.Throws<ArgumentException>("pageTokens", () => new KvShape(int.MaxValue, int.MaxValue, int.MaxValue));
    }
}
