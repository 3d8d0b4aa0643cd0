using System.Runtime.Intrinsics.X86;
using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

/// <summary>The counter-based generator against its published vectors, and the statistics of the masks made from it.</summary>
public unsafe class DropoutTests
{
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_known_answers_of_its_authors(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Words(c0, c1, c2, c3, k0, k1));

    [Fact]
    public void Many_counters_at_once_give_the_words_of_each()
    {
        var random = new Random();
        uint[] words = new uint[4 * Philox.Counters];
        for (int draw = 0; draw < 50; draw++)
        {
            uint[] at = [.. Enumerable.Range(0, 6).Select(_ => (uint)random.NextInt64(1L << 32))];
            at[0] = draw == 0 ? uint.MaxValue - 3 : at[0];
            uint[] expected = [.. Enumerable.Range(0, Philox.Counters).SelectMany(n => Each(Philox.Words(at[0] + (uint)n, at[1], at[2], at[3], at[4], at[5])))];
            fixed (uint* to = words)
            {
                Philox.Fill(at[0], at[1], at[2], at[3], at[4], at[5], to);
                Assert.Equal(expected, words);
                foreach (int width in new[] { 512, 256, 128 })
                {
                    words.AsSpan().Clear();
                    if (Fill(width, at, to))
                    {
                        Assert.Equal(expected, words);
                    }
                }
            }
        }

        static uint[] Each((uint A, uint B, uint C, uint D) words) => [words.A, words.B, words.C, words.D];

        static bool Fill(int width, uint[] at, uint* to)
        {
            switch (width)
            {
                case 512 when Avx512F.IsSupported: Philox.Fill<PhiloxLanes512>(at[0], at[1], at[2], at[3], at[4], at[5], to); return true;
                case 256 when Avx2.IsSupported: Philox.Fill<PhiloxLanes256>(at[0], at[1], at[2], at[3], at[4], at[5], to); return true;
                case 128 when PhiloxLanes128.IsSupported: Philox.Fill<PhiloxLanes128>(at[0], at[1], at[2], at[3], at[4], at[5], to); return true;
                default: return false;
            }
        }
    }

    [Fact]
    public void A_tile_is_thinned_as_the_mask_says_and_nothing_beside_it()
    {
        const int Rows = 3, Stride = 160, First = 5;
        var random = new Random();
        var call = new AttentionCall { DropoutSeed = random.NextInt64(), DropoutScale = 1.6f, DropoutThreshold = DropoutMask.Threshold(0.375), FirstSequence = 2, DropsWeights = true };
        for (int draw = 0; draw < 200; draw++)
        {
            int from = random.Next(200), count = random.Next(0, 120), query = random.Next(1000);
            float[] before = [.. Enumerable.Range(0, Rows * Stride).Select(_ => random.NextSingle())];
            float[] keys = [.. Enumerable.Range(0, count).Select(n => (float)(draw % 2 == 0 ? from + n : (3 * n) + from))];
            float[] weights = [.. before];
            fixed (float* data = weights, indices = keys)
            {
                DropoutMask.Apply(&call, 1, 4, query, Rows, from, from + count, draw % 2 == 0 ? null : indices, data + First, Stride);
            }

            for (int n = 0; n < weights.Length; n++)
            {
                int key = (n % Stride) - First;
                float expected = key < 0 || key >= count ? before[n] : DropoutMask.Keeps(call.DropoutSeed, 3, 4, query + (n / Stride), (int)keys[key], 0.375) ? before[n] * 1.6f : 0;
                Assert.Equal(expected, weights[n]);
            }
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Dropped_share_is_the_probability_and_neighbours_are_independent(double probability)
    {
        const int Side = 128;
        bool[] kept = [.. from head in Enumerable.Range(0, 4) from query in Enumerable.Range(0, Side) from key in Enumerable.Range(0, Side) select DropoutMask.Keeps(20, 1, head, query, key, probability)];
        double expected = 1 - probability, deviation = Math.Sqrt(probability * expected / kept.Length);
        double share = kept.Average(keep => keep ? 1.0 : 0);
        Assert.InRange(share, expected - (5 * deviation), expected + (5 * deviation));
        foreach (int distance in new[] { 1, 2, 3, 4, Side, Side * Side })
        {
            double both = Enumerable.Range(0, kept.Length - distance).Average(n => kept[n] && kept[n + distance] ? 1.0 : 0);
            Assert.InRange(both - (share * share), -8 * deviation, 8 * deviation);
        }
    }

    [Fact]
    public void Another_seed_sequence_or_head_gives_another_mask()
    {
        bool[] Mask(long seed, int batch, int head) => [.. Enumerable.Range(0, 256).Select(key => DropoutMask.Keeps(seed, batch, head, 3, key, 0.5))];
        bool[][] masks = [Mask(1, 0, 0), Mask(2, 0, 0), Mask(1L << 32, 0, 0), Mask(1, 1, 0), Mask(1, 0, 1)];
        for (int left = 0; left < masks.Length; left++)
        {
            for (int right = left + 1; right < masks.Length; right++)
            {
                Assert.InRange(masks[left].Zip(masks[right]).Count(pair => pair.First == pair.Second), 80, 176);
            }
        }

        Assert.Equal(masks[0], Mask(1, 0, 0));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_probability_outside_its_range_is_refused(double probability) =>
        Assert.Equal("probability", Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Keeps(1, 0, 0, 0, 0, probability)).ParamName);
}
