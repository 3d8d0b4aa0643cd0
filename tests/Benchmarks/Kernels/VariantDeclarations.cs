namespace AttentionGen.Benchmarks.Kernels;

/// <summary>Half-split rotation of whole heads.</summary>
[Attention(Heads = 8, HeadDim = 64)]
[PositionalEncoding("rope")]
public static partial class Rope64;

/// <summary>Rotation of neighbouring features.</summary>
[Attention(Heads = 8, HeadDim = 64)]
[PositionalEncoding("rope", Layout = RotaryLayout.Interleaved)]
public static partial class RopeInterleaved64;

/// <summary>Rotation by three position axes.</summary>
[Attention(Heads = 8, HeadDim = 64)]
[PositionalEncoding("mrope", Sections = [8, 12, 12])]
public static partial class Mrope64;

/// <summary>Rotation with decay.</summary>
[Attention(Heads = 8, HeadDim = 64)]
[PositionalEncoding("xpos")]
public static partial class Xpos64;

/// <summary>A Gaussian of the distance.</summary>
[Attention(Heads = 8, HeadDim = 64)]
[PositionalEncoding("gaussian")]
public static partial class Gaussian64;

/// <summary>Linear penalties of distance, causal.</summary>
[Attention(Type = "causal", Heads = 8, HeadDim = 64)]
[PositionalEncoding("alibi")]
public static partial class CausalAlibi64;

/// <summary>Key and value vectors for distances up to 32.</summary>
[Attention(Type = "relative", Heads = 8, HeadDim = 64)]
public static partial class Relative64;

/// <summary>Key vectors alone.</summary>
[Attention(Type = "relative", Values = false, Heads = 8, HeadDim = 64)]
public static partial class RelativeKeys64;

/// <summary>32 buckets of distance, up to 128.</summary>
[Attention(Type = "t5", Heads = 8, HeadDim = 64)]
public static partial class T5Bias64;

/// <summary>The difference of two softmaxes over half heads.</summary>
[Attention(Type = "differential", Heads = 8, HeadDim = 64)]
public static partial class Differential64;

/// <summary>Cross-attention mixed with local features.</summary>
[Attention(Type = "crossmemory", Heads = 8, HeadDim = 64)]
public static partial class CrossMemory64;

/// <summary>All keys but the query's own.</summary>
[Attention(Type = "exclusive", Heads = 8, HeadDim = 64)]
public static partial class Exclusive64;

/// <summary>Scores through a hyperbolic tangent.</summary>
[Attention(Heads = 8, HeadDim = 64, Softcap = 30)]
public static partial class Softcap64;

/// <summary>Queries and keys normalised by their root mean square.</summary>
[Attention(Heads = 8, HeadDim = 64, QkNorm = QkNormalisation.Rms)]
public static partial class QkNorm64;

/// <summary>A sink in every head's softmax.</summary>
[Attention(Heads = 8, HeadDim = 64, SinkLogits = [0, 0, 0, 0, 0, 0, 0, 0])]
public static partial class Sinks64;

/// <summary>A tenth of the weights dropped, as in training.</summary>
[Attention(Heads = 8, HeadDim = 64, Dropout = 0.1)]
public static partial class Dropout64;

/// <summary>Kernels beside a plain one of the same visible pairs, by what they have more than it.</summary>
public static class VariantKernels
{
    private static readonly float[] Keys = Draw(65 * 64, 11);
    private static readonly float[] Values = Draw(65 * 64, 12);
    private static readonly float[] Bias = Draw(8 * 32, 13);
    private static readonly float[] Gain = Draw(64, 14);
    private static readonly float[] Local = Draw(8 * 2048 * 64, 15);

    /// <summary>Encodings that turn queries and keys, or add to scores.</summary>
    public static IReadOnlyList<KernelEntry> Encodings { get; } =
    [
        Entry(nameof(Rope64), Rope64.Forward),
        Entry(nameof(RopeInterleaved64), RopeInterleaved64.Forward),
        Entry(nameof(Mrope64), Mrope64.Forward),
        Entry(nameof(Xpos64), Xpos64.Forward),
        Entry(nameof(Gaussian64), Gaussian64.Forward),
    ];

    /// <summary>Encodings whose scores depend on distances, with tables of their own.</summary>
    public static IReadOnlyList<KernelEntry> Distances { get; } =
    [
        Entry(nameof(Relative64), static (query, key, value, output, in arguments) =>
            Relative64.Forward(query, key, value, output, arguments with { RelativeKeys = Keys, RelativeValues = Values })),
        Entry(nameof(RelativeKeys64), static (query, key, value, output, in arguments) =>
            RelativeKeys64.Forward(query, key, value, output, arguments with { RelativeKeys = Keys })),
        Entry(nameof(T5Bias64), static (query, key, value, output, in arguments) =>
            T5Bias64.Forward(query, key, value, output, arguments with { BucketBias = Bias })),
    ];

    /// <summary>Types that combine softmaxes or features; differential's two softmaxes have half the features each.</summary>
    public static IReadOnlyList<KernelEntry> Types { get; } =
    [
        Entry(nameof(Differential64), Differential64.Forward),
        Entry(nameof(CrossMemory64), static (query, key, value, output, in arguments) =>
            CrossMemory64.Forward(query, key, value, output, arguments with { LocalFeatures = ReadOnlyTensorView.HeadsFirst(Local.AsSpan(0, 8 * query.Layout.Length * 64), 1, 8, query.Layout.Length, 64) })),
        Entry(nameof(Exclusive64), Exclusive64.Forward),
    ];

    /// <summary>Modifiers of the softmax.</summary>
    public static IReadOnlyList<KernelEntry> Modifiers { get; } =
    [
        Entry(nameof(Softcap64), Softcap64.Forward),
        Entry(nameof(QkNorm64), static (query, key, value, output, in arguments) => QkNorm64.Forward(query, key, value, output, arguments with { QueryGain = Gain, KeyGain = Gain })),
        Entry(nameof(Sinks64), Sinks64.Forward),
        Entry(nameof(Dropout64), static (query, key, value, output, in arguments) => Dropout64.Forward(query, key, value, output, arguments with { DropoutSeed = 5 })),
    ];

    /// <summary>What is compared with causal attention.</summary>
    public static IReadOnlyList<KernelEntry> Causal { get; } = [new(nameof(CausalAlibi64), 8, 64, KeyVisibility.Causal, CausalAlibi64.Forward)];

    private static KernelEntry Entry(string name, AttentionForward forward) => new(name, 8, 64, KeyVisibility.All, forward);

    private static float[] Draw(int count, int seed)
    {
        float[] values = new float[count];
        NormalDraw.Fill(values, seed);
        return values;
    }
}
