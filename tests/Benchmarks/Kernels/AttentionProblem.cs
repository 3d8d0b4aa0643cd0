using AttentionGen.Benchmarks.Peers;

namespace AttentionGen.Benchmarks.Kernels;

/// <summary>
/// Seeded inputs for one kernel at one length, in the two layouts that are timed: heads first <c>[1, heads, length, headDim]</c>,
/// and packed <c>[1, length, heads * headDim]</c> as a projection writes it and as ONNX Runtime takes it.
/// </summary>
public sealed class AttentionProblem
{
    /// <summary>Draws queries, keys and values from a standard normal distribution.</summary>
    public AttentionProblem(KernelEntry kernel, int length, int seed = 1)
    {
        Kernel = kernel;
        Length = length;
        VisibleFlops = FlopsPerPair * kernel.Heads * kernel.Mask.Pairs(length);
        Query = Draw(seed);
        Key = Draw(seed + 1);
        Value = Draw(seed + 2);
        Output = NewTensor();
        PackedQuery = Pack(Query);
        PackedKey = Pack(Key);
        PackedValue = Pack(Value);
        PackedOutput = NewTensor();
    }

    /// <summary>The kernel these inputs are for.</summary>
    public KernelEntry Kernel { get; }

    /// <summary>Positions of queries and keys.</summary>
    public int Length { get; }

    /// <summary><c>[heads, length, headDim]</c>.</summary>
    public float[] Query { get; }

    /// <summary><c>[heads, length, headDim]</c>.</summary>
    public float[] Key { get; }

    /// <summary><c>[heads, length, headDim]</c>.</summary>
    public float[] Value { get; }

    /// <summary><c>[heads, length, headDim]</c>.</summary>
    public float[] Output { get; }

    /// <summary><c>[length, heads * headDim]</c>.</summary>
    public float[] PackedQuery { get; }

    /// <summary><c>[length, heads * headDim]</c>.</summary>
    public float[] PackedKey { get; }

    /// <summary><c>[length, heads * headDim]</c>.</summary>
    public float[] PackedValue { get; }

    /// <summary><c>[length, heads * headDim]</c>.</summary>
    public float[] PackedOutput { get; }

    /// <summary>Floating-point operations that the mask leaves: two per feature for the score and two for the value, per visible pair and head.</summary>
    public double VisibleFlops { get; }

    /// <summary>Floating-point operations of one visible (query, key) pair of one head.</summary>
    public double FlopsPerPair => 4.0 * Kernel.HeadDim;

    /// <summary>Our kernel on the heads-first tensors.</summary>
    public void RunHeadsFirst(int threads, SimdTier tier)
    {
        int heads = Kernel.Heads, dim = Kernel.HeadDim;
        Kernel.Forward(
            ReadOnlyTensorView.HeadsFirst(Query, 1, heads, Length, dim),
            ReadOnlyTensorView.HeadsFirst(Key, 1, heads, Length, dim),
            ReadOnlyTensorView.HeadsFirst(Value, 1, heads, Length, dim),
            TensorView.HeadsFirst(Output, 1, heads, Length, dim),
            new AttentionArguments { MaxThreads = threads, Tier = tier });
    }

    /// <summary>Our kernel on the packed tensors, without a copy.</summary>
    public void RunPacked(int threads, SimdTier tier)
    {
        int heads = Kernel.Heads, dim = Kernel.HeadDim;
        Kernel.Forward(
            ReadOnlyTensorView.Packed(PackedQuery, 1, Length, heads, dim),
            ReadOnlyTensorView.Packed(PackedKey, 1, Length, heads, dim),
            ReadOnlyTensorView.Packed(PackedValue, 1, Length, heads, dim),
            TensorView.Packed(PackedOutput, 1, Length, heads, dim),
            new AttentionArguments { MaxThreads = threads, Tier = tier });
    }

    /// <summary>Runs our kernel once in both layouts and compares sampled rows with a double-precision evaluation of the formula.</summary>
    /// <exception cref="InvalidDataException">A sampled element is off by more than 1e-5 of the largest value.</exception>
    public void Verify(int threads, SimdTier tier)
    {
        RunHeadsFirst(threads, tier);
        RunPacked(threads, tier);
        var exact = new double[Kernel.HeadDim];
        for (int sample = 0; sample < 12; sample++)
        {
            int head = sample % Kernel.Heads;
            int row = (int)((long)sample * (Length - 1) / 11);
            ExactRow.Evaluate(this, head, row, exact);
            Compare(Output.AsSpan(((head * Length) + row) * Kernel.HeadDim, Kernel.HeadDim), exact, head, row, "heads-first");
            Compare(PackedOutput.AsSpan(((row * Kernel.Heads) + head) * Kernel.HeadDim, Kernel.HeadDim), exact, head, row, "packed");
        }
    }

    private void Compare(ReadOnlySpan<float> actual, ReadOnlySpan<double> exact, int head, int row, string layout)
    {
        for (int i = 0; i < exact.Length; i++)
        {
            double error = Math.Abs(actual[i] - exact[i]);
            if (!(error <= 1e-5))
            {
                throw new InvalidDataException(
                    FormattableString.Invariant($"{Kernel.Name}, {layout}, length {Length}, head {head}, row {row}, feature {i}: {actual[i]} where double precision gives {exact[i]}."));
            }
        }
    }

    private float[] NewTensor() => GC.AllocateArray<float>(Kernel.Heads * Length * Kernel.HeadDim, pinned: true);

    private float[] Draw(int seed)
    {
        float[] data = NewTensor();
        NormalDraw.Fill(data, seed);
        return data;
    }

    private float[] Pack(float[] headsFirst)
    {
        int dim = Kernel.HeadDim;
        float[] packed = NewTensor();
        for (int head = 0; head < Kernel.Heads; head++)
        {
            for (int row = 0; row < Length; row++)
            {
                headsFirst.AsSpan(((head * Length) + row) * dim, dim).CopyTo(packed.AsSpan(((row * Kernel.Heads) + head) * dim, dim));
            }
        }

        return packed;
    }
}
