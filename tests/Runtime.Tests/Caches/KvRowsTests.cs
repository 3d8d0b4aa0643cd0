using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests.Caches;

/// <summary>Rows in and out of pages: where they lie, how exact they are, the same bits however they got there.</summary>
public unsafe class KvRowsTests
{
    private const int Slot = 5;
    private const int Count = 39;

    public static TheoryData<KvPrecision, int, int, int> Shapes => new()
    {
        { KvPrecision.Single, 0, 64, 64 },
        { KvPrecision.Single, 0, 7, 17 },
        { KvPrecision.Half, 0, 80, 72 },
        { KvPrecision.Half, 0, 7, 17 },
        { KvPrecision.BFloat16, 0, 64, 128 },
        { KvPrecision.BFloat16, 0, 7, 17 },
        { KvPrecision.Int8, 0, 200, 96 },
        { KvPrecision.Int8, 32, 64, 96 },
        { KvPrecision.Int8, 3, 6, 9 },
        { KvPrecision.Int8, 0, 7, 17 },
        { KvPrecision.Int8, 1, 5, 3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void RowsComeBackWithinTheirPrecision(KvPrecision precision, int block, int headDim, int valueDim)
    {
        KvShape shape = new(2, headDim, valueDim, precision, block);
        float[] keys = Rows(headDim), values = Rows(valueDim);
        byte[] page = Write(shape, keys, values, SimdTier.Scalar, one: false);
        float[] key = new float[headDim], value = new float[valueDim];
        fixed (byte* head = page)
        fixed (float* keyRow = key, valueRow = value)
        {
            for (int n = 0; n < Count; n++)
            {
                KvRows.ReadKey(shape, head, Slot + n, keyRow);
                KvRows.ReadValue(shape, head, Slot + n, valueRow);
                CheckBounds(shape, keys.AsSpan(n * (headDim + 3), headDim), key);
                CheckBounds(shape, values.AsSpan(n * (valueDim + 3), valueDim), value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryTierAndBothWaysStoreTheSameBits(KvPrecision precision, int block, int headDim, int valueDim)
    {
        KvShape shape = new(2, headDim, valueDim, precision, block);
        float[] keys = Rows(headDim), values = Rows(valueDim);
        byte[] expected = Write(shape, keys, values, SimdTier.Scalar, one: true);
        foreach (SimdTier tier in Inputs.Tiers)
        {
            Assert.Equal(expected, Write(shape, keys, values, tier, one: true));
            Assert.Equal(expected, Write(shape, keys, values, tier, one: false));
        }

        float[] key = new float[headDim], value = new float[valueDim];
        float[] sameKey = new float[headDim], sameValue = new float[valueDim];
        fixed (byte* head = expected)
        fixed (float* keyRow = key, valueRow = value, sameKeyRow = sameKey, sameValueRow = sameValue)
        {
            for (int n = 0; n < Count; n++)
            {
                KvRows.ReadKey(shape, head, Slot + n, keyRow, SimdTier.Scalar);
                KvRows.ReadValue(shape, head, Slot + n, valueRow, SimdTier.Scalar);
                foreach (SimdTier tier in Inputs.Tiers)
                {
                    KvRows.ReadKey(shape, head, Slot + n, sameKeyRow, tier);
                    KvRows.ReadValue(shape, head, Slot + n, sameValueRow, tier);
                    Assert.Equal(key, sameKey);
                    Assert.Equal(value, sameValue);
                }
            }
        }
    }

    [Fact]
    public void RowsLieWhereTheShapeSays()
    {
        KvShape shape = new(1, headDim: 6, valueDim: 9, KvPrecision.Int8, quantBlock: 3, pageTokens: 48);
        float[] keys = Rows(6), values = Rows(9);
        byte[] page = Write(shape, keys, values, SimdTiers.Best, one: false);
        ReadOnlySpan<byte> head = page;

        // From the third row on: the second is too small for Int8.
        for (int n = 2; n < Count; n++)
        {
            int slot = Slot + n, panel = slot / 16, lane = slot % 16;
            for (int c = 0; c < 6; c++)
            {
                float scale = BitConverter.ToSingle(head[(shape.KeyScalesOffset + (((((panel * 2) + (c / 3)) * 16) + lane) * 4))..]);
                Near(keys[(n * 9) + c], (sbyte)head[(((panel * 6) + c) * 16) + lane] * scale, scale);
            }

            for (int c = 0; c < 9; c++)
            {
                float scale = BitConverter.ToSingle(head[(shape.ValueScalesOffset + (((((panel * 3) + (c / 3)) * 16) + lane) * 4))..]);
                Near(values[(n * 12) + c], (sbyte)head[shape.ValuesOffset + (slot * 16) + c] * scale, scale);
            }
        }

        static void Near(float expected, float found, float scale) => Assert.InRange(Math.Abs(expected - found), 0f, scale * 0.5001f);
    }

    [Fact]
    public void OtherSlotsAndPaddingStayAsTheyWere()
    {
        foreach (KvPrecision precision in Enum.GetValues<KvPrecision>())
        {
            KvShape shape = new(1, headDim: 6, valueDim: 9, precision, precision == KvPrecision.Int8 ? 3 : 0);
            byte[] page = Write(shape, Rows(6), Rows(9), SimdTiers.Best, one: false);
            fixed (byte* head = page)
            {
                KvPages.ClearSlots(shape, head, shape.HeadBytes, Slot, Slot + Count);
            }

            Assert.All(page, element => Assert.Equal(0, element));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WhatIsNotFiniteIsKeptOrRefused(float hostile)
    {
        foreach (KvPrecision precision in Enum.GetValues<KvPrecision>())
        {
            KvShape shape = new(1, headDim: 6, valueDim: 9, precision);
            float[] keys = Rows(6), values = Rows(9);
            keys[((Count - 1) * 9) + 5] = hostile;
            values[(20 * 12) + 8] = hostile;
            if (precision == KvPrecision.Int8)
            {
                byte[] page = new byte[shape.PageBytes];
                Assert.Contains($"Row {Count - 1} ", Assert.Throws<ArgumentException>("rows", () => WriteInto(page, shape, keys, Rows(9), SimdTiers.Best, one: false)).Message);
                Assert.All(page, element => Assert.Equal(0, element));
                Assert.Throws<ArgumentException>("rows", () => WriteInto(new byte[shape.PageBytes], shape, Rows(6), values, SimdTiers.Best, one: false));
                continue;
            }

            float[] key = new float[6], value = new float[9];
            fixed (byte* head = Write(shape, keys, values, SimdTiers.Best, one: false))
            fixed (float* keyRow = key, valueRow = value)
            {
                KvRows.ReadKey(shape, head, Slot + Count - 1, keyRow);
                KvRows.ReadValue(shape, head, Slot + 20, valueRow);
            }

            Assert.Equal(hostile, key[5]);
            Assert.Equal(hostile, value[8]);
        }
    }

    [Fact]
    public void FiniteRowsAreTold()
    {
        for (int at = 0; at < 37; at++)
        {
            float[] rows = Inputs.Random(3 * 40);
            rows[^2] = float.NaN;
            fixed (float* first = rows)
            {
                Assert.True(KvRows.AreFinite(first, 40, 3, 37));
                rows[40 + at] = float.NegativeInfinity;
                Assert.False(KvRows.AreFinite(first, 40, 3, 37));
            }
        }
    }

    /// <summary>Count rows, 3 floats apart; in Int8 terms: zeros, tiny and large blocks too.</summary>
    private static float[] Rows(int dim)
    {
        float[] rows = Inputs.Random(Count * (dim + 3));
        rows.AsSpan(0, dim).Clear();
        foreach (ref float element in rows.AsSpan(dim + 3, dim))
        {
            element *= 1e-39f;
        }

        foreach (ref float element in rows.AsSpan(2 * (dim + 3), dim))
        {
            element *= 30000f;
        }

        return rows;
    }

    private static byte[] Write(KvShape shape, float[] keys, float[] values, SimdTier tier, bool one)
    {
        byte[] page = new byte[shape.HeadBytes];
        WriteInto(page, shape, keys, values, tier, one);
        return page;
    }

    private static void WriteInto(byte[] page, KvShape shape, float[] keys, float[] values, SimdTier tier, bool one)
    {
        int keyStride = shape.HeadDim + 3, valueStride = shape.ValueDim + 3;
        fixed (byte* head = page)
        fixed (float* keyRows = keys, valueRows = values)
        {
            for (int n = 0; n < (one ? Count : 1); n++)
            {
                KvRows.WriteKeys(shape, head, Slot + n, one ? 1 : Count, keyRows + (n * keyStride), keyStride, tier);
                KvRows.WriteValues(shape, head, Slot + n, one ? 1 : Count, valueRows + (n * valueStride), valueStride, tier);
            }
        }
    }

    /// <summary>Half a unit in the last place: of 11 bits, of 8 bits, of a block's largest magnitude over 127.</summary>
    private static void CheckBounds(KvShape shape, ReadOnlySpan<float> expected, float[] found)
    {
        int block = shape.QuantBlock == 0 ? expected.Length : shape.QuantBlock;
        for (int c = 0; c < expected.Length; c++)
        {
            double largest = 0;
            foreach (float element in expected.Slice(c / block * block, block))
            {
                largest = Math.Max(largest, Math.Abs(element));
            }

            double bound = shape.Precision switch
            {
                KvPrecision.Single => 0,
                KvPrecision.Half => Math.Max(Math.Abs(expected[c]) * Math.Pow(2, -11), Math.Pow(2, -25)),
                KvPrecision.BFloat16 => Math.Max(Math.Abs(expected[c]) * Math.Pow(2, -8), Math.Pow(2, -134)),
                _ => largest < 127 * Math.Pow(2, -126) ? largest : largest / 127 * (0.5 + 2e-5),
            };
            Assert.True(Math.Abs((double)expected[c] - found[c]) <= bound, $"{shape}, feature {c}: {expected[c]:R} came back as {found[c]:R}; the bound is {bound:R}");
        }
    }
}
