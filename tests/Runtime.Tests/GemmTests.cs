using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public class GemmTests
{
    private const int Canary = 37;

    public static TheoryData<SimdTier, int, int, int> Cases()
    {
        // Tile, panel and depth-block edges, primes, and empty sizes.
        (int Rows, int Depth, int Columns)[] shapes =
        [
            (0, 5, 7), (5, 0, 7), (5, 7, 0), (1, 1, 1), (1, 300, 65), (5, 3, 2), (6, 16, 64), (7, 17, 63), (13, 255, 65), (12, 256, 16),
            (11, 257, 15), (7, 511, 9), (6, 512, 17), (8, 513, 31), (5, 1037, 6), (97, 31, 130), (391, 5, 8), (29, 64, 521), (3, 2, 1031),
        ];
        TheoryData<SimdTier, int, int, int> cases = [];
        foreach (SimdTier tier in Inputs.Tiers)
        {
            foreach ((int rows, int depth, int columns) in shapes)
            {
                cases.Add(tier, rows, depth, columns);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchesADoubleLoopAndWritesNothingElse(SimdTier tier, int rows, int depth, int columns)
    {
        foreach (bool withBias in new[] { false, true })
        {
            int inputStride = depth + 3;
            int outputStride = columns + 2;
            float[] input = Inputs.Random(rows * inputStride);
            float[] weight = Inputs.Random(depth * columns);
            float[] bias = withBias ? Inputs.Random(columns) : [];
            float[] memory = new float[(2 * Canary) + (rows * outputStride)];
            Array.Fill(memory, float.NaN);
            using PackedMatrix packed = PackedMatrix.Pack(weight, depth, columns);
            Gemm.Multiply(input, rows, inputStride, packed, bias, memory.AsSpan(Canary, rows * outputStride), outputStride, 2, tier);
            for (int i = 0; i < memory.Length; i++)
            {
                int row = (i - Canary) / outputStride;
                int column = (i - Canary) % outputStride;
                if (i < Canary || row >= rows || column >= columns)
                {
                    Assert.True(float.IsNaN(memory[i]), $"element {i} outside the output was written");
                    continue;
                }

                double expected = withBias ? bias[column] : 0;
                double magnitude = Math.Abs(expected);
                for (int step = 0; step < depth; step++)
                {
                    double product = (double)input[(row * inputStride) + step] * weight[(step * columns) + column];
                    expected += product;
                    magnitude += Math.Abs(product);
                }

                Assert.Equal(expected, memory[i], magnitude * 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(301, 1123, 611)]
    [InlineData(1, 700, 1500)]
    [InlineData(100, 40, 77)]
    public void HasTheSameBitsOnAnyNumberOfThreads(int rows, int depth, int columns)
    {
        float[] input = Inputs.Random(rows * depth);
        using PackedMatrix packed = PackedMatrix.Pack(Inputs.Random(depth * columns), depth, columns);
        float[] bias = Inputs.Random(columns);
        float[] expected = new float[rows * columns];
        Gemm.Multiply(input, rows, packed, bias, expected, 1);
        foreach (int threads in new[] { 0, 2, 3, 7 })
        {
            float[] actual = new float[rows * columns];
            Gemm.Multiply(input, rows, packed, bias, actual, threads);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{threads} threads");
        }
    }

    [Fact]
    public void ARowsBitsDoNotDependOnTheRowsAroundIt()
    {
        (int rows, int depth, int columns) = (23, 300, 70);
        float[] input = Inputs.Random(rows * depth);
        using PackedMatrix packed = PackedMatrix.Pack(Inputs.Random(depth * columns), depth, columns);
        float[] together = new float[rows * columns];
        Gemm.Multiply(input, rows, packed, [], together);
        for (int row = 0; row < rows; row++)
        {
            float[] alone = new float[columns];
            Gemm.Multiply(input.AsSpan(row * depth, depth), 1, packed, [], alone);
            Assert.True(together.AsSpan(row * columns, columns).SequenceEqual(alone), $"row {row}");
        }
    }

    [Fact]
    public void NaNStaysInItsOwnRow()
    {
        (int rows, int depth, int columns) = (14, 9, 33);
        float[] input = Inputs.Random(rows * depth);
        input[(5 * depth) + 2] = float.NaN;
        input[(9 * depth) + 1] = float.PositiveInfinity;
        float[] weight = Inputs.Random(depth * columns);
        using PackedMatrix packed = PackedMatrix.Pack(weight, depth, columns);
        float[] output = new float[rows * columns];
        Gemm.Multiply(input, rows, packed, [], output);
        for (int i = 0; i < output.Length; i++)
        {
            int row = i / columns;
            Assert.Equal(row == 5, float.IsNaN(output[i]));
            Assert.Equal(row is not (5 or 9), float.IsFinite(output[i]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AllocatesNothing(int threads)
    {
        float[] input = Inputs.Random(128 * 96);
        using PackedMatrix packed = PackedMatrix.Pack(Inputs.Random(96 * 80), 96, 80);
        float[] output = new float[128 * 80];
        Assert.Equal(0, AllocationMeter.OfThread(() => Gemm.Multiply(input, 128, packed, [], output, threads), 100));
    }

    [Fact]
    public void BadArgumentsNameTheArgumentAndBothShapes()
    {
        using PackedMatrix packed = new(4, 3);
        float[] memory = new float[64];
        ArgumentException input = Assert.Throws<ArgumentException>("input", () => Gemm.Multiply(new float[7], 2, packed, [], new float[6]));
        Assert.Contains("[2, 4]", input.Message, StringComparison.Ordinal);
        Assert.Contains("7", input.Message, StringComparison.Ordinal);
        float[] tooSmall = [float.NaN, float.NaN, float.NaN, float.NaN, float.NaN];
        ArgumentException output = Assert.Throws<ArgumentException>("output", () => Gemm.Multiply(new float[8], 2, packed, [], tooSmall));
        Assert.Contains("[2, 3]", output.Message, StringComparison.Ordinal);
        Assert.All(tooSmall, value => Assert.True(float.IsNaN(value)));
        Assert.Throws<ArgumentException>("bias", () => Gemm.Multiply(new float[8], 2, packed, new float[2], new float[6]));
        Assert.Throws<ArgumentException>("output", () => Gemm.Multiply(memory.AsSpan(0, 8), 2, packed, [], memory.AsSpan(7, 6)));
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => Gemm.Multiply(memory, -1, packed, [], new float[6]));
        Assert.Throws<ArgumentOutOfRangeException>("inputStride", () => Gemm.Multiply(memory, 2, 3, packed, [], new float[6], 3));
        Assert.Throws<ArgumentOutOfRangeException>("outputStride", () => Gemm.Multiply(memory, 2, 4, packed, [], new float[6], 2));
        Assert.Throws<ArgumentOutOfRangeException>("maxThreads", () => Gemm.Multiply(new float[8], 2, packed, [], new float[6], -1));
        Assert.Throws<ArgumentNullException>("packed", () => Gemm.Multiply(new float[8], 2, null!, [], new float[6]));
        Assert.Throws<ArgumentException>("source", () => PackedMatrix.Pack(new float[5], 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>("depth", () => new PackedMatrix(-1, 3));
        PackedMatrix disposed = new(4, 3);
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Gemm.Multiply(new float[8], 2, disposed, [], new float[6]));
        Assert.Throws<ObjectDisposedException>(() => disposed.Set(new float[12]));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 0)]
    [InlineData(257, 65)]
    [InlineData(40, 16)]
    public void PackingRoundTrips(int depth, int columns)
    {
        float[] source = Inputs.Random(depth * columns);
        using PackedMatrix packed = PackedMatrix.Pack(source, depth, columns);
        float[] copy = new float[depth * columns];
        packed.CopyTo(copy);
        Assert.Equal(source, copy);
    }
}
