namespace AttentionGen.Benchmarks.Kernels;

/// <summary>The generated Prefill or Decode of a layer.</summary>
public delegate void LayerCall(ReadOnlySpan<float> input, Span<float> output, int tokens, IKvCache cache, ReadOnlySpan<int> sequences, in AttentionArguments arguments);

/// <summary>A declared layer of the sizes of <see cref="DecodeLayer"/>.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Shape">Its caches.</param>
/// <param name="WeightBytes">Bytes of a stored weight, its share of scales included.</param>
/// <param name="Create">A new layer, its Prefill and its Decode.</param>
public sealed record LayerKind(string Name, KvShape Shape, double WeightBytes, Func<(IDisposable Layer, LayerCall Prefill, LayerCall Decode)> Create);

/// <summary>Layers with a cache each, as in a model: a step takes a token through all of them, so that nothing is left in the processor's caches when it comes round again.</summary>
public sealed class LayerStack : IDisposable
{
    private const int PromptPiece = 512;

    private readonly int length;
    private readonly float[] input = new float[PromptPiece * DecodeLayer.DModel];
    private readonly float[] output = new float[PromptPiece * DecodeLayer.DModel];
    private readonly (IDisposable Layer, LayerCall Prefill, LayerCall Decode)[] layers;
    private readonly KvCache[] caches;

    /// <summary>Makes layers of at least <paramref name="leastBytes"/> in all, and fills their caches.</summary>
    public LayerStack(LayerKind kind, int length, double leastBytes)
    {
        this.length = length;
        double weights = 2.0 * DecodeLayer.DModel * DecodeLayer.HeadDim * (DecodeLayer.Heads + DecodeLayer.KvHeads);
        double bytes = (weights * kind.WeightBytes) + (length * (double)kind.Shape.BytesPerToken);
        Layers = (int)Math.Ceiling(leastBytes / bytes);
        Bytes = bytes * Layers;
        layers = [.. Enumerable.Range(0, Layers).Select(_ => kind.Create())];
        caches = [.. layers.Select(_ => new ContiguousKvCache(kind.Shape, 1, length + 1))];
        NormalDraw.Fill(input, seed: 1);
        for (int n = 0; n < Layers; n++)
        {
            for (int token = 0; token < length; token += PromptPiece)
            {
                int tokens = Math.Min(PromptPiece, length - token);
                layers[n].Prefill(input.AsSpan(0, tokens * DecodeLayer.DModel), output.AsSpan(0, tokens * DecodeLayer.DModel), tokens, caches[n], [0], default);
            }
        }
    }

    /// <summary>FP32, and weights in bytes with a BF16 cache (a scale of four bytes for 64 weights).</summary>
    public static IReadOnlyList<LayerKind> Kinds { get; } =
    [
        new("FP32", DecodeLayer.CacheShape, sizeof(float), static () =>
        {
            var layer = new DecodeLayer();
            return (layer, layer.Prefill, layer.Decode);
        }),
        new("INT8 weights, BF16 cache", SmallDecodeLayer.CacheShape, 1 + (4.0 / 64), static () =>
        {
            var layer = new SmallDecodeLayer();
            return (layer, layer.Prefill, layer.Decode);
        }),
    ];

    /// <summary>Layers.</summary>
    public int Layers { get; }

    /// <summary>Bytes of weights, keys and values that a step reads.</summary>
    public double Bytes { get; }

    /// <summary>One token through every layer.</summary>
    public void Step(int threads)
    {
        for (int n = 0; n < Layers; n++)
        {
            layers[n].Decode(input.AsSpan(0, DecodeLayer.DModel), output.AsSpan(0, DecodeLayer.DModel), 1, caches[n], [0], new AttentionArguments { MaxThreads = threads });
            caches[n].Truncate(0, length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((IDisposable layer, _, _) in layers)
        {
            layer.Dispose();
        }

        foreach (KvCache cache in caches)
        {
            cache.Dispose();
        }
    }
}
