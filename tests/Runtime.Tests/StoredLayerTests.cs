namespace AttentionGen.Runtime.Tests;

/// <summary>Layers whose weights are stored smaller than FP32.</summary>
public class StoredLayerTests
{
    private const int DModel = 48;

    [Theory]
    [InlineData(WeightPrecision.BFloat16)]
    [InlineData(WeightPrecision.Int8)]
    public void FilesAreRoundedOnLoadAndTheLayerIsThatOfTheRoundedWeights(WeightPrecision precision)
    {
        using HandWrittenLayer exact = new(Shape(WeightPrecision.Single), sinusoidal: false);
        using HandWrittenLayer rounded = new(Shape(precision), sinusoidal: false);
        using HandWrittenLayer readBack = new(Shape(WeightPrecision.Single), sinusoidal: false);
        foreach (WeightTensor tensor in exact.Weights.Tensors)
        {
            exact.Weights.Set(tensor.Name, Inputs.Random(tensor.Length));
        }

        Copy(exact.Weights, rounded.Weights);
        Copy(rounded.Weights, readBack.Weights);
        foreach (WeightTensor tensor in exact.Weights.Tensors)
        {
            // Weights lie in [-1, 1): half a step of 2^-7, or of 1/127 at most.
            double bound = !tensor.Name.EndsWith("weight", StringComparison.Ordinal) ? 0 : precision == WeightPrecision.BFloat16 ? Math.Pow(2, -9) : 0.50001 / 127;
            float[] given = Read(exact.Weights, tensor), stored = Read(rounded.Weights, tensor);
            Assert.All(given.Zip(stored), pair => Assert.Equal(pair.First, (double)pair.Second, bound));
            Assert.Equal(bound == 0, given.SequenceEqual(stored));
        }

        foreach (int length in new[] { 1, 3, 19 })
        {
            float[] input = Inputs.Random(length * DModel), expected = new float[length * DModel], found = new float[length * DModel];
            readBack.Forward(input, expected, 1, length);
            rounded.Forward(input, found, 1, length);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Int8RefusesWhatIsNotFiniteAndKeepsItsWeights()
    {
        using AttentionWeights given = new(Shape(WeightPrecision.Single), seed: 3);
        using AttentionWeights weights = new(Shape(WeightPrecision.Int8), seed: 4);
        float[][] before = [.. weights.Tensors.Select(tensor => Read(weights, tensor))];
        WeightTensor output = given.Tensors.Single(tensor => tensor.Name == AttentionWeights.OutputWeight);
        float[] values = Read(given, output);
        values[^1] = float.PositiveInfinity;
        given.Set(output.Name, values);

        Assert.Contains("o_proj.weight", Assert.Throws<ArgumentException>("source", () => weights.Set(output.Name, values)).Message);
        Assert.Contains("o_proj.weight", Assert.Throws<InvalidDataException>(() => Copy(given, weights)).Message);
        Assert.Equal(before, weights.Tensors.Select(tensor => Read(weights, tensor)));

        // A bias stays FP32 and takes what it is given.
        weights.Set(AttentionWeights.OutputBias, [.. Enumerable.Repeat(float.NaN, DModel)]);
    }

    [Fact]
    public void AnUnknownPrecisionIsRefused() => Assert.Throws<ArgumentOutOfRangeException>("precision", () => Shape((WeightPrecision)5));

    private static LayerShape Shape(WeightPrecision precision) => new(DModel, heads: 6, kvHeads: 2, headDim: 10, valueDim: 12, bias: true, precision: precision);

    private static float[] Read(AttentionWeights weights, WeightTensor tensor)
    {
        float[] values = new float[tensor.Length];
        weights.CopyTo(tensor.Name, values);
        return values;
    }

    private static void Copy(AttentionWeights source, AttentionWeights destination)
    {
        using MemoryStream file = new();
        source.Save(file);
        file.Position = 0;
        destination.Load(file);
    }
}
