namespace AttentionGen.Kernels;

/// <summary>The order in which the sequences of one call are worked on: what takes longest begins first, so that threads finish together.</summary>
internal static class WorkOrder
{
    /// <summary>Sorts the numbers of sequences by falling cost.</summary>
    /// <param name="costs">What each sequence costs; scratch afterwards.</param>
    /// <param name="order">Receives the numbers 0 to costs - 1.</param>
    public static void LongestFirst(Span<double> costs, Span<int> order)
    {
        for (int s = 0; s < costs.Length; s++)
        {
            order[s] = s;
            costs[s] = -costs[s];
        }

        costs.Sort(order);
    }
}
