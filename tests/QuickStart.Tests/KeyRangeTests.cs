using Xunit;

namespace QuickStart.Tests;

public sealed class KeyRangeTests
{
    [Theory]
    [InlineData(false, int.MaxValue, 0)]
    [InlineData(true, int.MaxValue, 0)]
    [InlineData(true, 3, 0)]
    [InlineData(true, 3, 2)]
    [InlineData(true, 0, 5)]
    public void Counts_are_those_of_the_visible_pairs_one_by_one(bool causal, int left, int sinks)
    {
        const int length = 13;
        var range = new KeyRange(causal, left, sinks);
        long pairs = 0;
        for (int query = 0; query < length; query++)
        {
            int visible = Enumerable.Range(0, length).Count(key => range.Sees(query, key, length));
            Assert.Equal(visible, range.Count(query, length));
            pairs += visible;
        }

        Assert.Equal(pairs, range.Pairs(length));
    }
}
