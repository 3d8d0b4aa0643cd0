using System.Reflection;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Conformance.Caches;

/// <summary>One call of a layer over a cache, held on the heap; its tensors hold the new tokens.</summary>
public sealed record CachedLayerCall(float[] Input, float[] Output, int Tokens, IKvCache Cache, int[] Sequences)
{
    /// <summary>Where each of several sequences laid end to end begins, and the end; null: there is one length.</summary>
    public int[]? CumulativeLengths { get; init; }

    public int[]? QueryPositions { get; init; }

    /// <summary>Which of the new tokens see which, <c>[tokens, tokens]</c>; null: all before them.</summary>
    public bool[]? Keep { get; init; }

    public float[]? QueryGain { get; init; }

    public int MaxThreads { get; init; }

    public SimdTier Tier { get; init; }

    public AttentionArguments Arguments => new()
    {
        CumulativeLengths = CumulativeLengths,
        QueryPositions = QueryPositions,
        Keep = Keep is null ? default : new KeepMask(Keep, 1, 1, Tokens, Tokens),
        QueryGain = QueryGain,
        MaxThreads = MaxThreads,
        Tier = Tier,
    };
}

/// <summary>A compiled layer that reads caches, through an adapter compiled beside it.</summary>
public abstract class CachedLayer : LayerHost
{
    private static readonly Lazy<Assembly> Compiled = new(() => KernelCompiler.Compile(LayerDeclaration.Cached.Select(layer => LayerFactory.LayerSource(layer, typeof(CachedLayer), Members(layer.Name)))));

    /// <summary>The layer's <c>CacheShape</c>.</summary>
    public abstract KvShape Shape { get; }

    public abstract void Append(CachedLayerCall call);

    public abstract void Prefill(CachedLayerCall call);

    public abstract void Decode(CachedLayerCall call);

    /// <summary>A new layer.</summary>
    public static CachedLayer Create(LayerDeclaration layer, int seed) => (CachedLayer)Activator.CreateInstance(Compiled.Value.GetType(layer.Name + "Adapter", throwOnError: true)!, seed)!;

    private static string Members(string layer)
    {
        string call = "global::" + typeof(CachedLayerCall).FullName;
        return $$"""
            public override global::AttentionGen.KvShape Shape => {{layer}}.CacheShape;

            public override void Append({{call}} call) => layer.Append(call.Input, call.Tokens, call.Cache, call.Sequences, call.Arguments);

            public override void Prefill({{call}} call) => layer.Prefill(call.Input, call.Output, call.Tokens, call.Cache, call.Sequences, call.Arguments);

            public override void Decode({{call}} call) => layer.Decode(call.Input, call.Output, call.Tokens, call.Cache, call.Sequences, call.Arguments);
            """;
    }
}
