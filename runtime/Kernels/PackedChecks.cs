namespace AttentionGen.Kernels;

/// <summary>Conditions on sequences that are laid end to end.</summary>
internal static class PackedChecks
{
    /// <summary>The checks that take the place of those on one length for all sequences.</summary>
    public static void Check(KernelDescription kernel, int batch, int queryLength, int keyLength, in AttentionArguments arguments)
    {
        CheckBatch(batch, kernel.Argument("query"));
        CheckOrder(arguments.CumulativeLengths, queryLength, "queries", nameof(AttentionArguments.CumulativeLengths));
        if (arguments.CumulativeKeyLengths.IsEmpty)
        {
            CheckOrder(arguments.CumulativeLengths, keyLength, "keys", nameof(AttentionArguments.CumulativeKeyLengths));
        }
        else
        {
            CheckOrder(arguments.CumulativeKeyLengths, keyLength, "keys", nameof(AttentionArguments.CumulativeKeyLengths));
            if (arguments.CumulativeKeyLengths.Length != arguments.CumulativeLengths.Length)
            {
                throw new ArgumentException(
                    $"Expected as many sequences of keys as of queries, {arguments.CumulativeLengths.Length - 1}, but got {arguments.CumulativeKeyLengths.Length - 1}.",
                    nameof(AttentionArguments.CumulativeKeyLengths));
            }
        }

        Reject(!arguments.KeyLengths.IsEmpty, nameof(AttentionArguments.KeyLengths));
        Reject(arguments.Keep.Shape != default, nameof(AttentionArguments.Keep));
        Reject(arguments.Drop.Shape != default, nameof(AttentionArguments.Drop));
        Reject(arguments.Bias.Shape != default, nameof(AttentionArguments.Bias));
        Reject(arguments.Blocks is not null, nameof(AttentionArguments.Blocks));
        ReadOnlySpan<int> keys = arguments.CumulativeKeyLengths.IsEmpty ? arguments.CumulativeLengths : arguments.CumulativeKeyLengths;
        for (int s = 0; s + 1 < keys.Length; s++)
        {
            ArgumentChecks.CheckLengths(kernel, arguments, arguments.CumulativeLengths[s + 1] - arguments.CumulativeLengths[s], keys[s + 1] - keys[s], s);
        }
    }

    /// <summary>Throws unless there is one batch.</summary>
    public static void CheckBatch(int batch, string name)
    {
        if (batch != 1)
        {
            throw new ArgumentException($"Sequences laid end to end are one batch of all positions: expected batch 1 beside {nameof(AttentionArguments.CumulativeLengths)}, but got {batch}.", name);
        }
    }

    /// <summary>Positions of sequences laid end to end: from 0, never falling, to the number of rows there are.</summary>
    public static void CheckOrder(ReadOnlySpan<int> cumulative, int rows, string what, string name)
    {
        if (cumulative.Length < 2 || cumulative[0] != 0 || cumulative[^1] != rows)
        {
            string got = cumulative.Length == 0 ? "nothing" : $"{cumulative.Length} elements from {cumulative[0]} to {cumulative[^1]}";
            throw new ArgumentException($"Expected sequences + 1 elements from 0 to the {rows} {what} there are, but got {got}.", name);
        }

        for (int s = 1; s < cumulative.Length; s++)
        {
            if (cumulative[s] < cumulative[s - 1])
            {
                throw new ArgumentException($"Expected elements that never fall, but element {s} is {cumulative[s]} after {cumulative[s - 1]}.", name);
            }
        }
    }

    private static void Reject(bool given, string name)
    {
        if (given)
        {
            throw new ArgumentException($"{name} is for sequences of one length: expected none beside {nameof(AttentionArguments.CumulativeLengths)}, which say where each sequence ends.", name);
        }
    }
}
