using AttentionGen.Kernels;

namespace AttentionGen.Runtime.Tests;

public class WorkOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void WhatCostsMostBegins(int sequences)
    {
        double[] costs = [.. Enumerable.Range(0, sequences).Select(_ => (double)Random.Shared.Next(9))], given = [.. costs];
        int[] order = new int[sequences];
        WorkOrder.LongestFirst(costs, order);
        Assert.Equal(Enumerable.Range(0, sequences), order.Order());
        Assert.All(order.Zip(order.Skip(1)), pair => Assert.True(given[pair.First] >= given[pair.Second]));
    }
}
