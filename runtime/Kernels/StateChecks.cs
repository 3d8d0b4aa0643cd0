namespace AttentionGen.Kernels;

/// <summary>Conditions on calls that go on from a state, besides those on every call.</summary>
internal static class StateChecks
{
    /// <summary>Checks everything; the call's own tensors were checked.</summary>
    public static void Check(KernelDescription kernel, RecurrentState state, int batch, int queryLength, int keyLength, in AttentionArguments arguments)
    {
        ReadOnlySpan<int> cumulative = arguments.CumulativeLengths;
        if (queryLength != keyLength || !arguments.CumulativeKeyLengths.IsEmpty)
        {
            throw new ArgumentException($"A step takes queries, keys and values of the same positions: expected {queryLength} keys, in the same sequences, but got {keyLength}.", "key");
        }

        state.CheckUse(kernel, kernel.Name, cumulative.IsEmpty ? batch : cumulative.Length - 1, ScanChecks.Longest(cumulative, queryLength), kernel.MaxLength);
        if (kernel.Rotary is not null && (arguments.QueryPositions.IsEmpty || arguments.KeyPositions.IsEmpty))
        {
            Past(state, arguments);
        }

        RandomFeatures? features = kernel.Features?.Current;
        if (state.Features is { } summed && !ReferenceEquals(summed, features))
        {
            throw new ArgumentException("The state was summed under random features that RedrawFeatures has replaced since: expected a state that was reset.", nameof(state));
        }
    }

    /// <summary>Positions before the first of a call.</summary>
    /// <param name="state">The state; null: there is none.</param>
    /// <param name="arguments">Lengths.</param>
    /// <exception cref="ArgumentException">Sequences have different lengths, and the state counts positions for all alike.</exception>
    public static int Past(RecurrentState? state, scoped in AttentionArguments arguments)
    {
        if (state is null)
        {
            return 0;
        }

        if (!arguments.KeyLengths.IsEmpty || !arguments.CumulativeLengths.IsEmpty)
        {
            string name = arguments.KeyLengths.IsEmpty ? nameof(arguments.CumulativeLengths) : nameof(arguments.KeyLengths);
            throw new ArgumentException("A state counts positions for all its sequences alike, and this class encodes positions: expected sequences of one length, or rotary positions of their own.", name);
        }

        return checked((int)state.Position);
    }
}
