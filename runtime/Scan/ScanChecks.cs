using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AttentionGen.Kernels;

/// <summary>Every condition on a scan's arguments, checked before anything is written.</summary>
internal static class ScanChecks
{
    /// <summary>What a call passes, besides its optional arguments.</summary>
    public readonly ref struct Tensors
    {
        public required ReadOnlyTensorView U { get; init; }

        public required ReadOnlyTensorView Delta { get; init; }

        public required ReadOnlySpan<float> A { get; init; }

        public required ReadOnlyTensorView B { get; init; }

        public required ReadOnlyTensorView C { get; init; }

        public required ReadOnlySpan<float> D { get; init; }

        public required ReadOnlyTensorView Z { get; init; }

        public required TensorView Output { get; init; }
    }

    /// <summary>Checks everything.</summary>
    public static void Check(ScanDescription kernel, scoped in Tensors tensors, RecurrentState? state, scoped in AttentionArguments arguments)
    {
        (int batch, int length) = (tensors.U.Layout.Batch, tensors.U.Layout.Length);
        ArgumentChecks.CheckView(tensors.U.Layout, batch, 1, length, kernel.InnerDim, "u");
        ArgumentChecks.CheckView(tensors.Delta.Layout, batch, 1, length, kernel.InnerDim, "delta");
        ArgumentChecks.CheckView(tensors.B.Layout, batch, 1, length, kernel.StateSize, "b");
        ArgumentChecks.CheckView(tensors.C.Layout, batch, 1, length, kernel.StateSize, "c");
        ArgumentChecks.CheckView(tensors.Output.Layout, batch, 1, length, kernel.InnerDim, "output");
        if (tensors.Z.Layout != default)
        {
            ArgumentChecks.CheckView(tensors.Z.Layout, batch, 1, length, kernel.InnerDim, "z");
        }

        CheckRates(kernel, tensors.A);
        if (!tensors.D.IsEmpty && tensors.D.Length != kernel.InnerDim)
        {
            throw new ArgumentException($"Expected [{kernel.InnerDim}] elements (InnerDim) or none, but the span holds {tensors.D.Length}.", "d");
        }

        CheckLengths(kernel.Name, kernel.MaxLength, batch, length, arguments);
        CheckArguments(kernel.Name, arguments);
        CheckOverlap(tensors);
        state?.CheckUse(kernel, kernel.Name, arguments.CumulativeLengths.IsEmpty ? batch : arguments.CumulativeLengths.Length - 1, Longest(arguments.CumulativeLengths, length), kernel.MaxLength);
    }

    /// <summary>Conditions on how long sequences are and where they end.</summary>
    public static void CheckLengths(string name, int maxLength, int batch, int length, scoped in AttentionArguments arguments)
    {
        int longest = length;
        if (!arguments.CumulativeLengths.IsEmpty)
        {
            if (batch != 1)
            {
                throw new ArgumentException($"Sequences laid end to end are one batch of all positions: expected batch 1 beside {nameof(AttentionArguments.CumulativeLengths)}, but got {batch}.", nameof(batch));
            }

            PackedChecks.CheckOrder(arguments.CumulativeLengths, length, "positions", nameof(AttentionArguments.CumulativeLengths));
            Reject(!arguments.KeyLengths.IsEmpty, name, nameof(AttentionArguments.KeyLengths), $"{nameof(AttentionArguments.CumulativeLengths)} say where each sequence ends");
            longest = Longest(arguments.CumulativeLengths, length);
        }

        if (maxLength > 0 && longest > maxLength)
        {
            throw new ArgumentException($"{longest} positions; {name} takes at most {maxLength} (MaxLength).", nameof(length));
        }

        ArgumentChecks.CheckKeyLengths(arguments.KeyLengths, batch, length);
    }

    /// <summary>A scan has no queries, keys or scores: what acts on them is refused, not ignored.</summary>
    public static void CheckArguments(string name, scoped in AttentionArguments arguments)
    {
        const string none = "a scan has no scores, queries or keys for it to act on";
        Reject(!arguments.CumulativeKeyLengths.IsEmpty, name, nameof(arguments.CumulativeKeyLengths), "a scan has one sequence, not keys of another");
        Reject(!arguments.LogSumExp.IsEmpty, name, nameof(arguments.LogSumExp), none);
        Reject(!arguments.QueryPositions.IsEmpty, name, nameof(arguments.QueryPositions), none);
        Reject(!arguments.KeyPositions.IsEmpty, name, nameof(arguments.KeyPositions), none);
        Reject(arguments.Keep.Shape != default, name, nameof(arguments.Keep), none);
        Reject(arguments.Drop.Shape != default, name, nameof(arguments.Drop), none);
        Reject(arguments.Bias.Shape != default, name, nameof(arguments.Bias), none);
        Reject(arguments.Blocks is not null, name, nameof(arguments.Blocks), none);
        Reject(!arguments.RelativeKeys.IsEmpty, name, nameof(arguments.RelativeKeys), none);
        Reject(!arguments.RelativeValues.IsEmpty, name, nameof(arguments.RelativeValues), none);
        Reject(!arguments.BucketBias.IsEmpty, name, nameof(arguments.BucketBias), none);
        Reject(!arguments.SinkLogits.IsEmpty, name, nameof(arguments.SinkLogits), none);
        Reject(!arguments.QueryGain.IsEmpty, name, nameof(arguments.QueryGain), none);
        Reject(!arguments.KeyGain.IsEmpty, name, nameof(arguments.KeyGain), none);
        Reject(arguments.LocalFeatures.Layout != default, name, nameof(arguments.LocalFeatures), none);
        Reject(arguments.DropoutSeed is not null, name, nameof(arguments.DropoutSeed), none);
        ArgumentOutOfRangeException.ThrowIfNegative(arguments.MaxThreads, nameof(arguments.MaxThreads));
    }

    private static void CheckRates(ScanDescription kernel, ReadOnlySpan<float> a)
    {
        long expected = (long)kernel.InnerDim * kernel.StateSize;
        if (a.Length != expected)
        {
            throw new ArgumentException($"Expected [{kernel.InnerDim}, {kernel.StateSize}] = {expected} elements (InnerDim, StateSize), but the span holds {a.Length}.", nameof(a));
        }

        // NaN compares false and reaches the outputs of its channel, as any NaN does.
        if (VectorSum.IndexOfPositive(a) is var index and >= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(a),
                a[index],
                $"Expected rates of decay of 0 or less (A = -exp(A_log)), but channel {index / kernel.StateSize} has a positive one at state {index % kernel.StateSize}, under which the state would grow without bound.");
        }
    }

    private static void CheckOverlap(scoped in Tensors tensors)
    {
        Span<float> output = tensors.Output.Data;
        ArgumentChecks.CheckDistinctRows(tensors.Output.Layout);

        // Each element of u, delta and z is read before the output's element at its place is written, and by the same work item.
        ArgumentChecks.ThrowIfOverlap(!IsSame(tensors.U, tensors.Output) && Overlap(tensors.U, tensors.Output), "u", "output");
        ArgumentChecks.ThrowIfOverlap(!IsSame(tensors.Delta, tensors.Output) && Overlap(tensors.Delta, tensors.Output), "delta", "output");
        ArgumentChecks.ThrowIfOverlap(!IsSame(tensors.Z, tensors.Output) && Overlap(tensors.Z, tensors.Output), "z", "output");
        ArgumentChecks.ThrowIfOverlap(Overlap(tensors.B, tensors.Output), "b", "output");
        ArgumentChecks.ThrowIfOverlap(Overlap(tensors.C, tensors.Output), "c", "output");
        ArgumentChecks.ThrowIfOverlap(output.Overlaps(tensors.A), "a", "output");
        ArgumentChecks.ThrowIfOverlap(output.Overlaps(tensors.D), "d", "output");
    }

    private static bool Overlap(ReadOnlyTensorView input, TensorView output)
    {
        if (!output.Data.Overlaps(input.Data))
        {
            return false;
        }

        // Slices of the same rows, as a projection leaves them, lie beside each other.
        (TensorLayout read, TensorLayout written) = (input.Layout, output.Layout);
        long stride = written.RowStride;
        if (read.RowStride != stride || stride == 0 || read.BatchStride % stride != 0 || written.BatchStride % stride != 0)
        {
            return true;
        }

        long distance = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(output.Data), ref MemoryMarshal.GetReference(input.Data)) / sizeof(float);
        long column = ((distance % stride) + stride) % stride;
        return column < written.Dim || column + read.Dim > stride;
    }

    private static bool IsSame(ReadOnlyTensorView input, TensorView output) =>
        input.Layout == output.Layout && Unsafe.AreSame(ref MemoryMarshal.GetReference(input.Data), ref MemoryMarshal.GetReference(output.Data));

    /// <summary>The most positions of a sequence.</summary>
    public static int Longest(ReadOnlySpan<int> cumulative, int length)
    {
        int longest = cumulative.IsEmpty ? length : 0;
        for (int s = 1; s < cumulative.Length; s++)
        {
            longest = Math.Max(longest, cumulative[s] - cumulative[s - 1]);
        }

        return longest;
    }

    private static void Reject(bool given, string kernel, string argument, string reason)
    {
        if (given)
        {
            throw new ArgumentException($"{kernel} does not take {argument}: expected none, since {reason}.", argument);
        }
    }
}
