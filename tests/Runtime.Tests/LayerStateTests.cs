using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public class LayerStateTests
{
    public static TheoryData<bool, bool, bool, int, int, int> Cases()
    {
        TheoryData<bool, bool, bool, int, int, int> cases = [];
        foreach (bool bias in new[] { false, true })
        {
            foreach (bool sinusoidal in new[] { false, true })
            {
                foreach (bool learned in new[] { false, true })
                {
                    cases.Add(bias, sinusoidal, learned, 2, 7, 5);
                    cases.Add(bias, sinusoidal, learned, 1, 1, 13);
                }
            }
        }

        cases.Add(true, true, true, 0, 3, 3);
        cases.Add(true, true, true, 3, 0, 2);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ALayerMatchesItsFormulas(bool bias, bool sinusoidal, bool learned, int batch, int length, int memoryLength)
    {
        LayerShape shape = new(dModel: 20, heads: 4, kvHeads: 2, headDim: 6, valueDim: 5, bias, learned ? 16 : 0);
        using HandWrittenLayer layer = new(shape, sinusoidal);
        foreach (WeightTensor tensor in layer.Weights.Tensors)
        {
            layer.Weights.Set(tensor.Name, Inputs.Random(tensor.Length));
        }

        float[] input = Inputs.Random(batch * length * 20);
        float[] memory = Inputs.Random(batch * memoryLength * 20);
        float[] output = Enumerable.Repeat(float.NaN, input.Length).ToArray();
        layer.Forward(input, output, batch, length);
        AssertClose(Expected(layer.Weights, sinusoidal, input, null, batch, length, length), output);
        layer.Forward(input, memory, output, batch, length, memoryLength);
        AssertClose(Expected(layer.Weights, sinusoidal, input, memory, batch, length, memoryLength), output);
    }

    [Fact]
    public void WorksInPlaceAndHasTheSameBitsOnManyThreads()
    {
        using HandWrittenLayer layer = new(new LayerShape(64, 4, 4, 16, 16), sinusoidal: true);
        float[] input = Inputs.Random(3 * 50 * 64);
        float[] output = new float[input.Length];
        layer.Forward(input, output, 3, 50, new AttentionArguments { MaxThreads = 1 });
        float[] again = [.. input];
        layer.Forward(again, again, 3, 50, new AttentionArguments { MaxThreads = 4 });
        Assert.Equal(output, again);
    }

    [Fact]
    public void ASteadyStateCallAllocatesNothing()
    {
        using AttentionLayerState state = new(new LayerShape(64, 4, 2, 16, 8, bias: true, learnedPositions: 40), 0, new SinusoidalEncoding(64));
        float[] input = Inputs.Random(2 * 40 * 64);
        float[] output = new float[input.Length];
        Assert.Equal(0, AllocationMeter.OfThread(AllLengths, 1));

        void AllLengths()
        {
            for (int length = 40; length >= 1; length--)
            {
                Call(length);
            }
        }

        void Call(int length)
        {
            Span<float> rows = output.AsSpan(0, 2 * length * 64);
            LayerCall call = state.ProjectCross(input.AsSpan(0, rows.Length), input.AsSpan(0, 2 * 30 * 64), rows, 2, length, 30, default);
            state.ProjectOutput(call, rows, default);
        }
    }

    [Fact]
    public void BadCallsAreNamedBeforeAnythingIsWritten()
    {
        LayerShape shape = new(8, 2, 1, 4, 4, learnedPositions: 4);
        HandWrittenLayer layer = new(shape, sinusoidal: false);
        float[] output = Enumerable.Repeat(float.NaN, 2 * 3 * 8).ToArray();
        float[] input = new float[output.Length];
        ArgumentException wrongInput = Assert.Throws<ArgumentException>("input", () => layer.Forward(new float[47], output, 2, 3));
        Assert.Contains("[2, 3, 8] = 48", wrongInput.Message, StringComparison.Ordinal);
        Assert.Contains("47", wrongInput.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("output", () => layer.Forward(input, output.AsSpan(1), 2, 3));
        Assert.Throws<ArgumentException>("memory", () => layer.Forward(input, new float[5], output, 2, 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>("batch", () => layer.Forward(input, output, -2, 3));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => layer.Forward(input, output, 2, -3));
        Assert.Throws<ArgumentOutOfRangeException>("memoryLength", () => layer.Forward(input, input, output, 2, 3, -1));
        Assert.Throws<ArgumentException>("input", () => layer.Forward(input, output, int.MaxValue, int.MaxValue));
        Assert.Throws<ArgumentException>("length", () => layer.Forward(new float[40], new float[40], 1, 5));
        Assert.Throws<ArgumentException>("LogSumExp", () => layer.Forward(input, output, 2, 3, new AttentionArguments { LogSumExp = output.AsSpan(0, 12) }));
        Assert.Throws<ArgumentOutOfRangeException>("MaxThreads", () => layer.Forward(input, output, 2, 3, new AttentionArguments { MaxThreads = -1 }));
        Assert.Throws<ArgumentException>("encoding", () => new AttentionLayerState(shape, 0, new SinusoidalEncoding(7)));
        layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Forward(input, output, 2, 3));
        Assert.All(output, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void AMemorysEncodingIsItsOwnersBusiness()
    {
        using HandWrittenLayer layer = new(new LayerShape(8, 2, 2, 4, 4), sinusoidal: true);
        float[] input = Inputs.Random(3 * 8);
        float[] permuted = [.. input[16..24], .. input[0..8], .. input[8..16]];
        float[] output = new float[24];
        float[] other = new float[24];
        layer.Forward(input, input, output, 1, 3, 3);
        layer.Forward(input, permuted, other, 1, 3, 3);
        AssertClose(Array.ConvertAll(output, value => (double)value), other);
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5 * scale);
        }
    }

    private static double[] Expected(AttentionWeights weights, bool sinusoidal, float[] input, float[]? memory, int batch, int length, int memoryLength)
    {
        LayerShape shape = weights.Shape;
        double[] x = Array.ConvertAll(input, value => (double)value);
        for (int i = 0; i < x.Length; i++)
        {
            int position = i / shape.DModel % length;
            int feature = i % shape.DModel;
            double angle = position / Math.Pow(10000, (feature - (feature % 2)) / (double)shape.DModel);
            x[i] += sinusoidal ? (feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle)) : 0;
            x[i] += shape.LearnedPositions > 0 ? WeightTests.Read(weights, AttentionWeights.PositionTable)[(position * shape.DModel) + feature] : 0;
        }

        double[] m = memory is null ? x : Array.ConvertAll(memory, value => (double)value);
        double[] q = Linear(weights, x, "q_proj", shape.DModel);
        double[] k = Linear(weights, m, "k_proj", shape.DModel);
        double[] v = Linear(weights, m, "v_proj", shape.DModel);
        double[] context = ReferenceAttention.Run(q, k, v, batch, length, memoryLength, shape);
        return Linear(weights, context, "o_proj", shape.Heads * shape.ValueDim);
    }

    private static double[] Linear(AttentionWeights weights, double[] x, string name, int inputs)
    {
        float[] weight = WeightTests.Read(weights, name + ".weight");
        int outputs = weight.Length / inputs;
        float[] bias = weights.Shape.Bias ? WeightTests.Read(weights, name + ".bias") : new float[outputs];
        double[] y = new double[x.Length / inputs * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = bias[i % outputs];
            for (int feature = 0; feature < inputs; feature++)
            {
                y[i] += x[(i / outputs * inputs) + feature] * weight[(feature * outputs) + (i % outputs)];
            }
        }

        return y;
    }
}
