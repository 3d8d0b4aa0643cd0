namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Key and value vectors for distances up to 32.</summary>
[Attention(Type = "relative", Heads = 8, HeadDim = 64)]
public static partial class Relative64;

/// <summary>Key vectors alone.</summary>
[Attention(Type = "relative", Values = false, Heads = 8, HeadDim = 64)]
public static partial class RelativeKeys64;

/// <summary>32 buckets of distance, up to 128.</summary>
[Attention(Type = "t5", Heads = 8, HeadDim = 64)]
public static partial class T5Bias64;

/// <summary>Kernels whose scores depend on distances, with tables of their own.</summary>
public static class DistanceKernels
{
    private static readonly float[] Keys = Draw(65 * 64, 11);
    private static readonly float[] Values = Draw(65 * 64, 12);
    private static readonly float[] Bias = Draw(8 * 32, 13);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelEntry> All { get; } =
    [
        Entry(nameof(Relative64), static (query, key, value, output, in arguments) =>
            Relative64.Forward(query, key, value, output, arguments with { RelativeKeys = Keys, RelativeValues = Values })),
        Entry(nameof(RelativeKeys64), static (query, key, value, output, in arguments) =>
            RelativeKeys64.Forward(query, key, value, output, arguments with { RelativeKeys = Keys })),
        Entry(nameof(T5Bias64), static (query, key, value, output, in arguments) =>
            T5Bias64.Forward(query, key, value, output, arguments with { BucketBias = Bias })),
    ];

    private static KernelEntry Entry(string name, AttentionForward forward) => new(name, 8, 64, KeyVisibility.All, forward);

    private static float[] Draw(int count, int seed)
    {
        float[] values = new float[count];
        NormalDraw.Fill(values, seed);
        return values;
    }
}
