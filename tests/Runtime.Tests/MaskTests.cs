using AttentionGen.Allocation;

namespace AttentionGen.Runtime.Tests;

public class MaskTests
{
    [Fact]
    public void PaddingHidesThePadTokenWhereverItStands()
    {
        KeepMask mask = Masks.Padding([5, 0, 7, 0, 0, 1], 2, 3);
        Assert.Equal([true, false, true, false, false, true], mask.Values.ToArray());
        Assert.Equal(new MaskShape(2, 1, 1, 3), mask.Shape);
        Assert.Equal([true, true, false], Masks.Padding([0, 2, -1], 1, 3, padToken: -1).Values.ToArray());
    }

    [Fact]
    public void PaddingLengthsCountRealTokensAndRefuseHoles()
    {
        Assert.Equal([2, 0, 3], Masks.PaddingLengths([5, 6, 0, 0, 0, 0, 1, 1, 1], 3, 3));
        int[] lengths = [-7, -7];
        ArgumentException hole = Assert.Throws<ArgumentException>(() => Masks.PaddingLengths([5, 6, 0, 4, 9, 1], 2, 3, lengths, padToken: 9));
        Assert.Contains("Sequence 1", hole.Message);
        Assert.Contains("position 1 before a real token at position 2", hole.Message);
        Assert.Equal([-7, -7], lengths);
    }

    [Theory]
    [InlineData(5, 5, CausalAlignment.Unspecified)]
    [InlineData(3, 7, CausalAlignment.TopLeft)]
    [InlineData(3, 7, CausalAlignment.BottomRight)]
    [InlineData(7, 3, CausalAlignment.BottomRight)]
    [InlineData(1, 0, CausalAlignment.TopLeft)]
    public void LookAheadAndWindowFollowTheirDefinitions(int queries, int keys, CausalAlignment alignment)
    {
        int offset = alignment == CausalAlignment.BottomRight ? keys - queries : 0;
        AssertPairs(Masks.LookAhead(queries, keys, alignment), queries, keys, (i, j) => j <= i + offset);
        AssertPairs(Masks.Window(queries, keys, 2, 1, alignment), queries, keys, (i, j) => j >= i + offset - 2 && j <= i + offset + 1);
        AssertPairs(Masks.Window(queries, keys, int.MaxValue, int.MaxValue, alignment), queries, keys, (_, _) => true);
    }

    [Fact]
    public void SymmetricWindowsAndBlocksFollowTheirDefinitions()
    {
        AssertPairs(Masks.LookAhead(6), 6, 6, (i, j) => j <= i);
        AssertPairs(Masks.Window(9, 5), 9, 9, (i, j) => Math.Abs(i - j) <= 2);
        AssertPairs(Masks.Block(10, 4), 10, 10, (i, j) => i / 4 == j / 4);
        AssertPairs(Masks.Block(10, 3, neighbours: 1), 10, 10, (i, j) => Math.Abs((i / 3) - (j / 3)) <= 1);
    }

    [Fact]
    public void DocumentsSeeThemselvesAlone()
    {
        int[] ids = [4, 4, 9, 4, 1, 1, 1, 2];
        KeepMask mask = Masks.Documents(ids, 2, 4);
        Assert.Equal(new MaskShape(2, 1, 4, 4), mask.Shape);
        for (int pair = 0; pair < 32; pair++)
        {
            int sequence = pair / 16 * 4;
            Assert.Equal(ids[sequence + (pair / 4 % 4)] == ids[sequence + (pair % 4)], mask.Values[pair]);
        }
    }

    [Fact]
    public void CombiningBroadcastsEverySize()
    {
        var random = new Random();
        foreach ((MaskShape left, MaskShape right) in new[]
        {
            (new MaskShape(2, 1, 1, 37), new MaskShape(1, 3, 5, 37)),
            (new MaskShape(2, 3, 5, 64), new MaskShape(1, 1, 1, 64)),
            (new MaskShape(1, 1, 4, 1), new MaskShape(2, 2, 4, 1)),
            (new MaskShape(2, 3, 4, 70), new MaskShape(2, 3, 4, 70)),
        })
        {
            bool[] first = Draw(left), second = Draw(right);
            KeepMask keep = new(first, left.Batch, left.Heads, left.QueryLength, left.KeyLength);
            KeepMask other = new(second, right.Batch, right.Heads, right.QueryLength, right.KeyLength);
            DropMask drop = new(second, right.Batch, right.Heads, right.QueryLength, right.KeyLength);
            DropMask hidden = new(first, left.Batch, left.Heads, left.QueryLength, left.KeyLength);
            KeepMask both = Masks.Combine(keep, other);
            KeepMask unlessDropped = Masks.Combine(keep, drop);
            DropMask either = Masks.Combine(hidden, drop);
            MaskShape shape = left.Broadcast(right);
            Assert.Equal(shape, both.Shape);
            int index = 0;
            for (int row = 0; row < shape.Count / shape.KeyLength; row++)
            {
                (int b, int h, int i) = (row / shape.QueryLength / shape.Heads, row / shape.QueryLength % shape.Heads, row % shape.QueryLength);
                for (int j = 0; j < shape.KeyLength; j++, index++)
                {
                    bool x = first[(left.Row(b, h, i) * left.KeyLength) + j], y = second[(right.Row(b, h, i) * right.KeyLength) + j];
                    Assert.Equal((x && y, x && !y, x || y), (both.Values[index], unlessDropped.Values[index], either.Values[index]));
                }
            }
        }

        bool[] Draw(MaskShape shape) => [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.Next(2) == 0)];
    }

    [Fact]
    public void CombiningNamesShapesThatDoNotFitAndMemoryThatOverlaps()
    {
        ArgumentException keys = Assert.Throws<ArgumentException>(() => Masks.Combine(Masks.LookAhead(4), Masks.Padding([1, 2, 3], 1, 3)));
        Assert.Contains("[1, 1, 4, 4]", keys.Message);
        Assert.Contains("[1, 1, 1, 3]", keys.Message);
        Assert.Throws<ArgumentException>(() => Masks.Combine(new KeepMask(new bool[6], 2, 1, 1, 3), new KeepMask(new bool[9], 3, 1, 1, 3)));
        Assert.Throws<ArgumentException>(() => Masks.Combine(Masks.LookAhead(4), Masks.LookAhead(4), new bool[15]));

        bool[] memory = new bool[20];
        Assert.Throws<ArgumentException>(() => Masks.Combine(Masks.LookAhead(4, 4, CausalAlignment.TopLeft, memory.AsSpan(4)), Masks.Window(4, 2), memory.AsSpan(0, 16)));
        Assert.Throws<ArgumentException>(() => Masks.Combine(Masks.LookAhead(4), Masks.Padding([1, 2, 0, 0], 1, 4, memory.AsSpan(0, 4)), memory.AsSpan(0, 16)));
    }

    [Fact]
    public void CombiningInPlaceAndWithDefaultsKeepsEveryPair()
    {
        bool[] memory = new bool[36];
        KeepMask mask = Masks.Combine(Masks.LookAhead(6, 6, CausalAlignment.TopLeft, memory), Masks.Padding([1, 1, 0, 1, 1, 0], 1, 6), memory);
        Func<int, int, bool> expected = static (i, j) => j <= i && j is not (2 or 5);
        AssertPairs(mask, 6, 6, expected);
        AssertPairs(Masks.Combine(mask, default(KeepMask)), 6, 6, expected);
        AssertPairs(Masks.Combine(default, mask), 6, 6, expected);
        AssertPairs(Masks.Combine(default(KeepMask), Masks.ToDrop(mask)), 6, 6, expected);
        AssertPairs(Masks.Combine(mask, Masks.Window(6, 2), Masks.Block(6, 2)), 6, 6, (i, j) => expected(i, j) && i - j <= 1 && i / 2 == j / 2);
        Assert.True(Masks.Combine(default, default(KeepMask)).Shape == default);
    }

    [Fact]
    public void ConversionsGoBothWays()
    {
        KeepMask keep = Masks.Window(7, 4);
        Assert.Equal(keep.Values.ToArray(), Masks.ToKeep(Masks.ToDrop(keep)).Values.ToArray());
        Assert.Equal(keep.Values.ToArray(), Masks.ToKeep(Masks.ToBias(keep)).Values.ToArray());
        Assert.Equal(keep.Values.ToArray(), Masks.ToKeep(Masks.ToBias(Masks.ToDrop(keep))).Values.ToArray());
        Assert.Equal(keep.Shape, Masks.ToBias(keep).Shape);
        Assert.All(Masks.ToBias(keep).Values.ToArray(), value => Assert.True(value is 0 or float.NegativeInfinity));
        bool[] own = keep.Values.ToArray();
        DropMask drop = Masks.ToDrop(new KeepMask(own, 7, 7), own);
        Assert.Equal(keep.Values.ToArray().Select(value => !value), drop.Values.ToArray());
    }

    [Fact]
    public void ABiasWithValuesOfItsOwnIsNoMask()
    {
        Assert.Equal([true, false, true], Masks.ToKeep(new ScoreBias([0, -1e9f, -0f], 1, 3), hiddenAt: -1e4f).Values.ToArray());
        foreach (float odd in new[] { -1e9f, 0.5f, float.NaN, float.PositiveInfinity })
        {
            bool[] destination = [true, true];
            ArgumentException refused = Assert.Throws<ArgumentException>(() => Masks.ToKeep(new ScoreBias([float.NegativeInfinity, odd], 1, 2), destination));
            Assert.Contains("Element 1", refused.Message);
            Assert.Equal([true, true], destination);
        }
    }

    [Fact]
    public void WrongSizesAreNamed()
    {
        Assert.Contains("[2, 3] = 6", Assert.Throws<ArgumentException>(() => Masks.Padding([1, 2], 2, 3)).Message);
        Assert.Contains("3 queries and 4 keys", Assert.Throws<ArgumentException>(() => Masks.LookAhead(3, 4, CausalAlignment.Unspecified)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Masks.Block(4, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Masks.Window(4, -1));
        Assert.Throws<ArgumentException>(() => Masks.Documents([1, 2, 3], 1, 2));
        Assert.Throws<ArgumentException>(() => Masks.LookAhead(3, 3, CausalAlignment.TopLeft, new bool[10]));
    }

    [Fact]
    public void BuildersIntoCallersMemoryAllocateNothing()
    {
        bool[] pairs = new bool[64], keys = new bool[8];
        int[] tokens = [1, 2, 3, 4, 5, 0, 0, 0], lengths = new int[1];
        float[] bias = new float[64];
        Assert.Equal(0, AllocationMeter.OfThread(Build));

        void Build()
        {
            Masks.PaddingLengths(tokens, 1, 8, lengths);
            KeepMask mask = Masks.Combine(Masks.LookAhead(8, 8, CausalAlignment.TopLeft, pairs), Masks.Padding(tokens, 1, 8, keys), pairs);
            Masks.ToBias(Masks.ToDrop(mask, pairs), bias);
            Masks.Block(8, 4, pairs);
            Masks.Documents(tokens, 1, 8, pairs);
        }
    }

    private static void AssertPairs(KeepMask mask, int queries, int keys, Func<int, int, bool> sees)
    {
        Assert.Equal(new MaskShape(1, 1, queries, keys), mask.Shape);
        for (int i = 0; i < queries; i++)
        {
            for (int j = 0; j < keys; j++)
            {
                Assert.True(sees(i, j) == mask.Values[(i * keys) + j], $"query {i}, key {j}");
            }
        }
    }
}
