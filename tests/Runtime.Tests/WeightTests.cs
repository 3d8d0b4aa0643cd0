namespace AttentionGen.Runtime.Tests;

public class WeightTests
{
    private static readonly LayerShape Shape = new(dModel: 48, heads: 6, kvHeads: 2, headDim: 10, valueDim: 12, bias: true, learnedPositions: 9);

    [Fact]
    public void TensorsHaveTheDeclaredShapes()
    {
        using AttentionWeights weights = new(Shape);
        (string, int, int)[] expected =
        [
            (AttentionWeights.QueryWeight, 48, 60), (AttentionWeights.KeyWeight, 48, 20), (AttentionWeights.ValueWeight, 48, 24), (AttentionWeights.OutputWeight, 72, 48),
            (AttentionWeights.QueryBias, 0, 60), (AttentionWeights.KeyBias, 0, 20), (AttentionWeights.ValueBias, 0, 24), (AttentionWeights.OutputBias, 0, 48),
            (AttentionWeights.PositionTable, 9, 48),
        ];
        Assert.Equal(expected, weights.Tensors.Select(tensor => (tensor.Name, tensor.Rows, tensor.Columns)));
        using AttentionWeights plain = new(new LayerShape(48, 6, 2, 10, 12));
        Assert.Equal(4, plain.Tensors.Count);
    }

    [Fact]
    public void NewWeightsAreXavierUniform()
    {
        using AttentionWeights weights = new(new LayerShape(256, 4, 2, 64, 64, bias: true, learnedPositions: 400), seed: Random.Shared.Next());
        foreach ((string name, int inputs, int outputs) in new[] { (AttentionWeights.QueryWeight, 256, 256), (AttentionWeights.KeyWeight, 256, 128), (AttentionWeights.OutputWeight, 256, 256) })
        {
            float[] values = Read(weights, name);
            double limit = Math.Sqrt(6.0 / (inputs + outputs));
            Assert.All(values, value => Assert.InRange(value, -limit, limit));
            Assert.True(values.Max() > 0.99 * limit && values.Min() < -0.99 * limit);
            Assert.Equal(0, values.Average(), limit * 0.02);
            Assert.Equal(limit * limit / 3, values.Average(value => (double)value * value), limit * limit / 3 * 0.03);
        }

        Assert.All(Read(weights, AttentionWeights.ValueBias), value => Assert.Equal(0, value));
        float[] table = Read(weights, AttentionWeights.PositionTable);
        Assert.Equal(0, table.Average(), 0.0005);
        Assert.Equal(0.02, Math.Sqrt(table.Average(value => (double)value * value)), 0.0005);
    }

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        using AttentionWeights one = new(Shape, 5);
        using AttentionWeights same = new(Shape, 5);
        using AttentionWeights other = new(Shape, 6);
        Assert.Equal(ReadAll(one), ReadAll(same));
        Assert.NotEqual(ReadAll(one), ReadAll(other));
        Assert.NotEqual(Read(one, AttentionWeights.KeyWeight)[..20], Read(one, AttentionWeights.QueryWeight)[..20]);
    }

    [Fact]
    public void SetReplacesOneTensorAndChecksItsLength()
    {
        using AttentionWeights weights = new(Shape);
        foreach (WeightTensor tensor in weights.Tensors)
        {
            float[] values = Inputs.Random(tensor.Length);
            weights.Set(tensor.Name, values);
            Assert.Equal(values, Read(weights, tensor.Name));
        }

        float[] all = ReadAll(weights);
        ArgumentException length = Assert.Throws<ArgumentException>("source", () => weights.Set(AttentionWeights.KeyWeight, new float[5]));
        Assert.Contains("[48, 20]", length.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("destination", () => weights.CopyTo(AttentionWeights.KeyBias, new float[21]));
        ArgumentException name = Assert.Throws<ArgumentException>("name", () => weights.Set("k_proj", new float[960]));
        Assert.Contains(AttentionWeights.KeyWeight, name.Message, StringComparison.Ordinal);
        Assert.Equal(all, ReadAll(weights));
    }

    [Fact]
    public void DisposedWeightsSaySo()
    {
        AttentionWeights weights = new(Shape);
        weights.Dispose();
        weights.Dispose();
        Assert.Throws<ObjectDisposedException>(() => weights.Set(AttentionWeights.KeyBias, new float[20]));
        Assert.Throws<ObjectDisposedException>(() => weights.CopyTo(AttentionWeights.KeyBias, new float[20]));
        Assert.Throws<ObjectDisposedException>(() => weights.Save(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => weights.Load(Stream.Null));
    }

    [Fact]
    public void ShapesAreChecked()
    {
        Assert.Throws<ArgumentException>("kvHeads", () => new LayerShape(64, 6, 4, 8, 8));
        Assert.Throws<ArgumentOutOfRangeException>("heads", () => new LayerShape(64, 0, 1, 8, 8));
        Assert.Throws<ArgumentOutOfRangeException>("headDim", () => new LayerShape(1 << 20, 1 << 10, 1, 1 << 10, 8));
        Assert.Throws<ArgumentException>("shape", () => new AttentionWeights(default));
    }

    internal static float[] Read(AttentionWeights weights, string name)
    {
        float[] values = new float[weights.Tensors.Single(tensor => tensor.Name == name).Length];
        weights.CopyTo(name, values);
        return values;
    }

    internal static float[] ReadAll(AttentionWeights weights) => [.. weights.Tensors.SelectMany(tensor => Read(weights, tensor.Name))];
}
