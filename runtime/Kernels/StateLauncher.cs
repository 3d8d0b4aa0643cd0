using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>Calls of attention by feature maps that go on from a state.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class StateLauncher
{
    /// <summary>A state of sequences that have read nothing: sums of zero, and no feature has been seen.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sequences"/> is not positive.</exception>
    public static RecurrentState NewState(KernelDescription description, int sequences)
    {
        int sums = description.StateFeatures * (description.ValueDim + 1), head = sums + (description.HasFeatureMaxima ? description.StateFeatures : 0);
        var start = new float[checked(description.KvHeads * head)];
        for (int h = 0; h < description.KvHeads; h++)
        {
            start.AsSpan((h * head) + sums, head - sums).Fill(float.NegativeInfinity);
        }

        return new RecurrentState(description, sequences, start);
    }

    /// <summary>Checks the arguments, then runs the kernel behind the state, and takes the state on.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration or the state needs; nothing was written.</exception>
    public static void Step(
        KernelDescription description,
        KernelTiers tiers,
        ReadOnlyTensorView query,
        ReadOnlyTensorView key,
        ReadOnlyTensorView value,
        TensorView output,
        RecurrentState state,
        in AttentionArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentChecks.Check(description, query, key, value, output, arguments);
        StateChecks.Check(description, state, query.Layout.Batch, query.Layout.Length, key.Layout.Length, arguments);
        SimdTier tier = SimdTiers.Resolve(arguments.Tier);
        if (output.Layout.Count == 0)
        {
            return;
        }

        state.Features = description.Features?.Current;
        KernelLauncher.Launch(description, new CacheTiers { Attend = tiers }, tier, query, key, value, output, null, default, state, arguments);
        state.Position += ScanChecks.Longest(arguments.CumulativeLengths, query.Layout.Length);
        GC.KeepAlive(state);
    }
}
