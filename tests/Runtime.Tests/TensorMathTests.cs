using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public class TensorMathTests
{
    private const double Unit = 1.0 / (1 << 24);

    // Below 2^-126 single precision has no full digits left, and 0 is right.
    private const double Smallest = 1.2e-38;

    public static TheoryData<int[], int, SimdTier> Shapes()
    {
        var data = new TheoryData<int[], int, SimdTier>();
        int[][] shapes = [[1], [7], [1000], [3, 1], [1, 3], [5, 33], [33, 5], [2, 17, 300], [4, 3, 2, 5], [2, 1, 515], [70, 16]];
        foreach (int[] shape in shapes)
        {
            for (int axis = -shape.Length; axis < shape.Length; axis++)
            {
                foreach (SimdTier tier in Inputs.Tiers)
                {
                    data.Add(shape, axis, tier);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryFormAgreesWithDoublePrecision(int[] shape, int axis, SimdTier tier)
    {
        int elements = shape.Aggregate(1, static (product, size) => product * size);
        float[] input = [.. Inputs.Random(elements).Select(static x => 60 * x * x * x)];
        int found = axis < 0 ? axis + shape.Length : axis;
        int inner = shape[(found + 1)..].Aggregate(1, static (product, size) => product * size);
        float[] softmax = new float[elements], logSoftmax = new float[elements], logSumExp = new float[elements / shape[found]];
        TensorMath.Run(SoftmaxForm.Softmax, input, softmax, shape, axis, tier);
        TensorMath.Run(SoftmaxForm.LogSoftmax, input, logSoftmax, shape, axis, tier);
        TensorMath.Run(SoftmaxForm.LogSumExp, input, logSumExp, shape, axis, tier);
        for (int slice = 0; slice < logSumExp.Length; slice++)
        {
            int[] members = [.. Enumerable.Range(0, shape[found]).Select(n => (((slice / inner * shape[found]) + n) * inner) + (slice % inner))];
            double max = members.Max(index => input[index]);
            double exact = max + Math.Log(members.Sum(index => Math.Exp(input[index] - max)));
            Assert.Equal(exact, logSumExp[slice], Unit * (4 + (2 * Math.Abs(exact))));
            foreach (int index in members)
            {
                double log = input[index] - exact;
                Assert.Equal(log, logSoftmax[index], Unit * (4 + (3 * Math.Abs(log)) + Math.Abs(max)));
                Assert.Equal(Math.Exp(log), softmax[index], Smallest + (Unit * Math.Exp(log) * (8 + (4 * Math.Abs(input[index] - max)))));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void ALongAxisLosesNoAccuracy(int inner)
    {
        const int count = 200_000;
        float[] input = Inputs.Random(count * inner), output = new float[count * inner];
        TensorMath.Softmax(input, output, [count, inner], 0);
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += output[i * inner];
        }

        Assert.Equal(1, sum, 4 * Unit);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(21)]
    public void InPlaceGivesTheSameBits(int inner)
    {
        float[] input = Inputs.Random(50 * inner), output = new float[50 * inner];
        TensorMath.Softmax(input, output, [50, inner], 0);
        float[] inPlace = [.. input];
        TensorMath.Softmax(inPlace, inPlace, [50, inner], 0);
        Assert.Equal(output, inPlace);
        TensorMath.LogSoftmax(input, output, [50, inner], 0);
        TensorMath.LogSoftmax(input, input, [50, inner], 0);
        Assert.Equal(output, input);
    }

    public static TheoryData<int, int, SimdTier> Layouts()
    {
        var data = new TheoryData<int, int, SimdTier>();
        foreach (SimdTier tier in Inputs.Tiers)
        {
            data.Add(19, 1, tier);
            data.Add(40, 1, tier);
            data.Add(6, 37, tier);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void SpecialSlices(int count, int inner, SimdTier tier)
    {
        foreach (int place in Enumerable.Range(0, count))
        {
            AssertSlice(x => float.NegativeInfinity, 0, float.NegativeInfinity, float.NegativeInfinity);
            AssertSlice(x => x == place ? float.NaN : float.NegativeInfinity, float.NaN, float.NaN, float.NaN);
            AssertSlice(x => x == place ? float.NaN : 1, float.NaN, float.NaN, float.NaN);
            AssertSlice(x => x == place ? float.PositiveInfinity : 1, float.NaN, float.NaN, float.PositiveInfinity);
            AssertSlice(x => x == place ? float.NaN : float.PositiveInfinity, float.NaN, float.NaN, float.NaN);
            (float[] softmax, float[] logSoftmax, float[] logSumExp) = Run(x => x == place ? 3e38f : -3e38f);
            for (int i = 0; i < softmax.Length; i++)
            {
                bool largest = i / inner == place;
                Assert.Equal(largest ? 1 : 0, softmax[i]);
                Assert.Equal(largest ? 0 : float.NegativeInfinity, logSoftmax[i]);
            }

            Assert.All(logSumExp, value => Assert.Equal(3e38f, value));
        }

        void AssertSlice(Func<int, float> element, float softmax, float logSoftmax, float logSumExp)
        {
            (float[] actual, float[] actualLog, float[] actualSum) = Run(element);
            Assert.All(actual, value => Assert.Equal(softmax, value));
            Assert.All(actualLog, value => Assert.Equal(logSoftmax, value));
            Assert.All(actualSum, value => Assert.Equal(logSumExp, value));
        }

        (float[] Softmax, float[] LogSoftmax, float[] LogSumExp) Run(Func<int, float> element)
        {
            float[] input = [.. Enumerable.Range(0, count * inner).Select(i => element(i / inner))];
            float[] softmax = new float[input.Length], logSoftmax = new float[input.Length], logSumExp = new float[inner];
            TensorMath.Run(SoftmaxForm.Softmax, input, softmax, [count, inner], 0, tier);
            TensorMath.Run(SoftmaxForm.LogSoftmax, input, logSoftmax, [count, inner], 0, tier);
            TensorMath.Run(SoftmaxForm.LogSumExp, input, logSumExp, [count, inner], 0, tier);
            return (softmax, logSoftmax, logSumExp);
        }
    }

    [Fact]
    public void OneSpecialSliceLeavesItsNeighboursAlone()
    {
        float[] input = [1, float.NaN, 1, float.NegativeInfinity, 1, float.NaN, 1, float.NegativeInfinity];
        float[] output = new float[8];
        TensorMath.Softmax(input, output, [2, 4], 0);
        Assert.Equal([0.5f, float.NaN, 0.5f, 0, 0.5f, float.NaN, 0.5f, 0], output);
    }

    [Fact]
    public void EmptyTensorsAndAxes()
    {
        TensorMath.Softmax([], [], [3, 0, 2], 1);
        float[] sums = new float[6];
        TensorMath.LogSumExp([], sums, [3, 0, 2], 1);
        Assert.All(sums, value => Assert.Equal(float.NegativeInfinity, value));
    }

    [Fact]
    public void WrongCallsAreNamedAndWriteNothing()
    {
        float[] six = [1, 2, 3, 4, 5, 6], output = [9, 9, 9, 9, 9, 9];
        Assert.Contains("Expected -2 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => TensorMath.Softmax(six, output, [2, 3], 2)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorMath.Softmax(six, output, [2, 3], -3));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorMath.Softmax(six.AsSpan(0, 1), output.AsSpan(0, 1), [], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorMath.Softmax(six, output, [-2, -3], 0));
        Assert.Contains("Expected 8 elements for the shape [2, 4], but input holds 6", Assert.Throws<ArgumentException>(() => TensorMath.Softmax(six, output, [2, 4], 0)).Message);
        Assert.Contains("output holds 5", Assert.Throws<ArgumentException>(() => TensorMath.Softmax(six, output.AsSpan(0, 5), [2, 3], 0)).Message);
        Assert.Contains("Expected 2 elements", Assert.Throws<ArgumentException>(() => TensorMath.LogSumExp(six, output, [2, 3], 1)).Message);
        Assert.Contains("1 elements apart", Assert.Throws<ArgumentException>(() => TensorMath.Softmax(six.AsSpan(0, 4), six.AsSpan(1, 4), [4], 0)).Message);
        Assert.Throws<ArgumentException>(() => TensorMath.LogSumExp(six, six.AsSpan(0, 2), [2, 3], 1));
        Assert.All(output, value => Assert.Equal(9, value));
        Assert.Equal([1, 2, 3, 4, 5, 6], six);
    }

    [Fact]
    public void NothingIsAllocated()
    {
        float[] input = Inputs.Random(600), output = new float[600];
        Assert.Equal(0, AllocationMeter.OfThread(() => TensorMath.Softmax(input, output, [2, 30, 10], 1)));
    }
}
