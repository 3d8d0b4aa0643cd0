using AttentionGen.Allocation;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

/// <summary>Matrices stored smaller than FP32, and products of few rows.</summary>
public class StoredWeightTests
{
    private static readonly (int Depth, int Columns)[] Sizes = [(0, 5), (1, 1), (63, 17), (64, 64), (130, 65), (511, 40), (513, 129), (1037, 70), (64, 521)];

    public static TheoryData<WeightPrecision, SimdTier> Cases
    {
        get
        {
            TheoryData<WeightPrecision, SimdTier> cases = [];
            foreach (WeightPrecision precision in Enum.GetValues<WeightPrecision>())
            {
                foreach (SimdTier tier in Inputs.Tiers)
                {
                    cases.Add(precision, tier);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AProductHasTheBitsOfTheMatrixReadBackWhateverTheRows(WeightPrecision precision, SimdTier tier)
    {
        foreach ((int depth, int columns) in Sizes)
        {
            using PackedMatrix stored = PackedMatrix.Pack(Weights(depth, columns), depth, columns, precision);
            float[] readBack = new float[depth * columns];
            stored.CopyTo(readBack);
            using PackedMatrix single = PackedMatrix.Pack(readBack, depth, columns);

            // 13 rows go through tiles, up to 8 do not; rows stand apart, and what lies between them is left alone.
            const int Rows = 13;
            int stride = depth + 3;
            float[] input = Inputs.Random(Rows * stride), bias = Inputs.Random(columns), expected = new float[Rows * columns];
            Gemm.Multiply(input, Rows, stride, single, bias, expected, columns, 1, tier);
            for (int rows = 1; rows <= Rows; rows++)
            {
                float[] found = new float[rows * (columns + 2)];
                Array.Fill(found, float.NaN);
                Gemm.Multiply(input, rows, stride, stored, bias, found, columns + 2, 2, tier);
                for (int row = 0; row < rows; row++)
                {
                    string what = $"{rows} x {depth} x {columns}, row {row}";
                    Assert.True(expected.AsSpan(row * columns, columns).SequenceEqual(found.AsSpan(row * (columns + 2), columns)), what);
                    Assert.True(float.IsNaN(found[(row * (columns + 2)) + columns]) && float.IsNaN(found[(row * (columns + 2)) + columns + 1]), what);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ErrorsAreThoseOfTheStorage(WeightPrecision precision, SimdTier tier)
    {
        foreach ((int depth, int columns) in Sizes)
        {
            float[] weights = Weights(depth, columns);
            using PackedMatrix stored = PackedMatrix.Pack(weights, depth, columns, precision);
            float[] input = Inputs.Random(2 * depth), output = new float[2 * columns];
            Gemm.Multiply(input, 2, stored, [], output, 1, tier);
            for (int row = 0; row < 2; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    double exact = 0, bound = 0;
                    for (int d = 0; d < depth; d++)
                    {
                        double x = input[(row * depth) + d], w = weights[(d * columns) + column];
                        exact += x * w;
                        bound += Math.Abs(x) * (RoundingOf(precision, weights, depth, columns, d, column) + (1e-6 * Math.Abs(w)));
                    }

                    Assert.Equal(exact, output[(row * columns) + column], bound);
                }
            }
        }
    }

    [Theory]
    [InlineData(WeightPrecision.BFloat16)]
    [InlineData(WeightPrecision.Int8)]
    public void StoringWhatWasReadBackChangesNothing(WeightPrecision precision)
    {
        using PackedMatrix first = PackedMatrix.Pack(Weights(1037, 70), 1037, 70, precision);
        float[] readBack = new float[1037 * 70], again = new float[1037 * 70];
        first.CopyTo(readBack);
        using PackedMatrix second = PackedMatrix.Pack(readBack, 1037, 70, precision);
        second.CopyTo(again);
        Assert.Equal(readBack, again);
    }

    [Theory]
    [InlineData(WeightPrecision.Single, 1.0)]
    [InlineData(WeightPrecision.BFloat16, 0.5)]
    [InlineData(WeightPrecision.Int8, 0.27)]
    public void StorageTakesWhatItSays(WeightPrecision precision, double share)
    {
        using PackedMatrix packed = new(1024, 256, precision);
        Assert.InRange(packed.Bytes, 0.9 * share * 4 * 1024 * 256, share * 4 * 1024 * 256);
        float[] found = Inputs.Random(1024 * 256);
        packed.CopyTo(found);
        Assert.All(found, element => Assert.Equal(0f, element));
    }

    [Fact]
    public void WhatCanNotBeStoredIsRefusedAndNothingWritten()
    {
        float[] weights = Weights(70, 20), readBack = new float[70 * 20], after = new float[70 * 20];
        using PackedMatrix packed = PackedMatrix.Pack(weights, 70, 20, WeightPrecision.Int8);
        packed.CopyTo(readBack);
        weights[^1] = float.NaN;
        Assert.Throws<ArgumentException>("source", () => packed.Set(weights));
        Assert.Throws<ArgumentException>("source", () => PackedMatrix.Pack(weights, 70, 20, WeightPrecision.Int8));
        Assert.Throws<ArgumentOutOfRangeException>("precision", () => new PackedMatrix(1, 1, (WeightPrecision)7));
        packed.CopyTo(after);
        Assert.Equal(readBack, after);

        using PackedMatrix kept = PackedMatrix.Pack(weights, 70, 20, WeightPrecision.BFloat16);
        kept.CopyTo(after);
        Assert.True(float.IsNaN(after[^1]));
    }

    [Theory]
    [InlineData(WeightPrecision.Single, 1)]
    [InlineData(WeightPrecision.BFloat16, 3)]
    [InlineData(WeightPrecision.Int8, 2)]
    [InlineData(WeightPrecision.Int8, 9)]
    public void AllocatesNothingAndHasTheSameBitsOnAnyNumberOfThreads(WeightPrecision precision, int rows)
    {
        using PackedMatrix packed = PackedMatrix.Pack(Weights(700, 1500), 700, 1500, precision);
        float[] input = Inputs.Random(rows * 700), expected = new float[rows * 1500], found = new float[rows * 1500];
        Gemm.Multiply(input, rows, packed, [], expected, 1);
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            Assert.Equal(0, AllocationMeter.OfThread(() => Gemm.Multiply(input, rows, packed, [], found, threads), 1));
            Assert.True(expected.AsSpan().SequenceEqual(found), $"{threads} threads");
        }
    }

    /// <summary>Random, with columns of very different magnitudes, one of zeros and one too small for Int8.</summary>
    private static float[] Weights(int depth, int columns)
    {
        float[] weights = Inputs.Random(depth * columns);
        for (int n = 0; n < weights.Length; n++)
        {
            weights[n] *= (n % columns) switch { 3 => 0f, 4 => 1e-38f, 5 => 1e4f, _ => 1f };
        }

        return weights;
    }

    /// <summary>Half a unit in the last place: of 8 bits, or of the largest magnitude of 64 weights over 127.</summary>
    private static double RoundingOf(WeightPrecision precision, float[] weights, int depth, int columns, int d, int column)
    {
        if (precision != WeightPrecision.Int8)
        {
            return precision == WeightPrecision.Single ? 0 : Math.Abs(weights[(d * columns) + column]) * Math.Pow(2, -8);
        }

        double largest = 0;
        for (int n = d / 64 * 64; n < Math.Min(depth, (d / 64 * 64) + 64); n++)
        {
            largest = Math.Max(largest, Math.Abs(weights[(n * columns) + column]));
        }

        return largest < 127 * Math.Pow(2, -126) ? largest : largest / 127 * (0.5 + 2e-5);
    }
}
