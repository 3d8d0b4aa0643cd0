using System.ComponentModel;

namespace AttentionGen.Kernels;

/// <summary>What every generated scan's call does around the kernel: check, pin, cut into work items, run.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class ScanLauncher
{
    /// <summary>States, over all positions, below which a second thread is not worth the fork: some 5 microseconds.</summary>
    private const long LeastSharedStates = 1 << 15;

    /// <summary>A state of sequences that have read nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sequences"/> is not positive.</exception>
    public static RecurrentState NewState(ScanDescription description, int sequences) => new(description, sequences, new float[description.StateFloats]);

    /// <summary>A contiguous gate, or none.</summary>
    public static ReadOnlyTensorView Gate(ReadOnlySpan<float> z, int batch, int length, int innerDim) =>
        z.IsEmpty ? default : ReadOnlyTensorView.HeadsFirst(z, batch, 1, length, innerDim);

    /// <summary>A view of a contiguous input, for which negative sizes are named as <c>Scan</c> names them.</summary>
    public static ReadOnlyTensorView View(ReadOnlySpan<float> u, int batch, int length, int innerDim)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return ReadOnlyTensorView.HeadsFirst(u, batch, 1, length, innerDim);
    }

    /// <summary>Checks the arguments, then runs the kernel over all (sequence, channels) items.</summary>
    /// <exception cref="ArgumentException">An argument's shape or value is not what the declaration needs; nothing was written.</exception>
    public static void Run(
        ScanDescription description,
        KernelTiers tiers,
        ReadOnlyTensorView u,
        ReadOnlyTensorView delta,
        ReadOnlySpan<float> a,
        ReadOnlyTensorView b,
        ReadOnlyTensorView c,
        ReadOnlySpan<float> d,
        ReadOnlyTensorView z,
        TensorView output,
        RecurrentState? state,
        scoped in AttentionArguments arguments)
    {
        ScanChecks.Tensors tensors = new() { U = u, Delta = delta, A = a, B = b, C = c, D = d, Z = z, Output = output };
        ScanChecks.Check(description, tensors, state, arguments);
        SimdTier tier = SimdTiers.Resolve(arguments.Tier);
        if (output.Layout.Count == 0)
        {
            return;
        }

        fixed (float* input = u.Data, deltas = delta.Data, rates = a, inputs = b.Data, outputs = c.Data, skip = d, gate = z.Data, target = output.Data)
        {
            ScanCall call = new()
            {
                Input = KernelLauncher.Strided(input, u.Layout),
                Delta = KernelLauncher.Strided(deltas, delta.Layout),
                InputMatrix = KernelLauncher.Strided(inputs, b.Layout),
                OutputMatrix = KernelLauncher.Strided(outputs, c.Layout),
                Gate = KernelLauncher.Strided(gate, z.Layout),
                Output = KernelLauncher.Strided(target, output.Layout),
                Rates = rates,
                Skip = skip,
            };
            Launch(description, tiers, tier, ref call, u.Layout, state, arguments);
            if (state is not null)
            {
                state.Position += ScanChecks.Longest(arguments.CumulativeLengths, call.Length);
            }
        }
    }

    /// <summary>Runs a layer's causal convolution in place over all (sequence, channels) items. The call was checked when it was projected.</summary>
    public static void Convolve(
        ScanDescription description,
        KernelTiers tiers,
        TensorView rows,
        ReadOnlySpan<float> taps,
        ReadOnlySpan<float> bias,
        RecurrentState? state,
        scoped in AttentionArguments arguments)
    {
        if (rows.Layout.Count == 0)
        {
            return;
        }

        fixed (float* data = rows.Data, weights = taps, biases = bias)
        {
            ScanCall call = new()
            {
                Input = KernelLauncher.Strided(data, rows.Layout),
                Taps = weights,
                TapBias = biases,
            };
            Launch(description, tiers, SimdTiers.Resolve(arguments.Tier), ref call, rows.Layout, state, arguments);
        }
    }

    /// <summary>Runs the items of a call over rows of that layout: adds the sequences and their state to it.</summary>
    private static void Launch(ScanDescription description, KernelTiers tiers, SimdTier tier, ref ScanCall call, TensorLayout rows, RecurrentState? state, scoped in AttentionArguments arguments)
    {
        fixed (int* lengths = arguments.KeyLengths, cumulative = arguments.CumulativeLengths)
        fixed (ScanCall* pinned = &call)
        {
            call.States = state is null ? null : state.Data;
            call.StateStride = state?.Stride ?? 0;
            call.Sequences = cumulative == null ? rows.Batch : arguments.CumulativeLengths.Length - 1;
            call.Length = rows.Length;
            call.Lengths = lengths;
            call.CumulativeLengths = cumulative;
            int threads = Threads(description, call.Sequences, call.Length, arguments.MaxThreads);
            call.ItemChannels = description.ChannelsOfItem(call.Sequences, threads);
            WorkerPool.Run(tiers.For(tier), pinned, checked(call.Sequences * description.Items(call.ItemChannels)), (nuint)description.WorkspaceBytes, threads);
            GC.KeepAlive(state);
        }
    }

    // A single token's step would spend longer on waking threads than on its states.
    private static int Threads(ScanDescription description, int sequences, int length, int wanted)
    {
        long states = (long)sequences * length * description.InnerDim * description.StateSize;
        return states < LeastSharedStates ? 1 : wanted == 0 ? WorkerPool.DefaultThreads : wanted;
    }
}
