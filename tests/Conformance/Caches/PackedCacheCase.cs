using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Kernels;

namespace AttentionGen.Conformance.Caches;

/// <summary>Sequences with different pasts and different numbers of new tokens, laid end to end in one call or passed one by one.</summary>
public sealed class PackedCacheCase
{
    private readonly CacheHost host;
    private readonly int[] past;
    private readonly int[] starts;
    private readonly ConformanceCase fresh;
    private readonly ConformanceCase held;

    public PackedCacheCase(CacheHost host, Random random, int[] past, int[] tokens)
    {
        this.host = host;
        this.past = past;
        starts = [0, .. tokens.Select((_, n) => tokens[..(n + 1)].Sum())];
        fresh = ConformanceCase.Plain(host.Declaration, random, 1, starts[^1], starts[^1]);
        held = ConformanceCase.Plain(host.Declaration, random, 1, past.Max(), past.Max());
    }

    public int[] Sequences => [.. Enumerable.Range(0, past.Length)];

    /// <summary>A cache that holds the pasts.</summary>
    public KvCache NewCache()
    {
        var cache = new ContiguousKvCache(host.Shape, past.Length, past.Max() + starts[^1]);
        KernelCall call = held.NewCall();
        foreach (int s in Sequences)
        {
            host.Append(new CacheCall(CutCall.Piece(call, 0, past[s]).With(CallInputs.None), cache, [s]));
        }

        return cache;
    }

    /// <summary>All sequences in one call.</summary>
    public KernelCall Call(SimdTier tier, int maxThreads)
    {
        KernelCall call = fresh.NewCall(tier).With(maxThreads: maxThreads);
        return call.With(call.Inputs with { CumulativeLengths = starts });
    }

    /// <summary>One sequence of a call, with outputs of its own.</summary>
    public KernelCall Alone(KernelCall call, int sequence)
    {
        (int first, int tokens) = (starts[sequence], starts[sequence + 1] - starts[sequence]);
        KernelCall piece = CutCall.Piece(call.With(call.Inputs with { CumulativeLengths = null }), first, tokens);
        TensorLayout output = call.Output.Layout;
        return piece.With(output: new TensorBuffer(1, output.Heads, tokens, output.Dim, Arrangement.HeadsFirst));
    }

    /// <summary>The rows of one sequence of a call's tensor.</summary>
    public float[] Rows(TensorBuffer tensor, int sequence)
    {
        (int first, int tokens) = (starts[sequence], starts[sequence + 1] - starts[sequence]);
        return new TensorBuffer(tensor.Data, checked((int)(tensor.Offset + (first * tensor.Layout.RowStride))), tensor.Layout with { Length = tokens }).Get();
    }
}
