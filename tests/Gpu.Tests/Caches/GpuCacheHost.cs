using System.Reflection;
using AttentionGen.Conformance.Caches;
using AttentionGen.Conformance.Declarations;
using AttentionGen.Conformance.Kernels;

namespace AttentionGen.Gpu.Tests.Caches;

/// <summary>A compiled host with calls over a cache on the device.</summary>
internal sealed class GpuCacheHost
{
    private readonly Cached _append, _prefill, _decode;

    private GpuCacheHost(Declaration declaration, Assembly assembly, string name)
    {
        Type adapter = assembly.GetType(name + "Cached", throwOnError: true)!;
        Declaration = declaration;
        Shape = adapter.GetMethod("Shape")!.CreateDelegate<Func<KvShape>>()();
        _append = adapter.GetMethod("Append")!.CreateDelegate<Cached>();
        _prefill = adapter.GetMethod("Prefill")!.CreateDelegate<Cached>();
        _decode = adapter.GetMethod("Decode")!.CreateDelegate<Cached>();
        Kernels = [.. assembly.GetTypes().Single(type => type.Name.EndsWith($"__{name}SimtCached", StringComparison.Ordinal)).GetMethods(BindingFlags.Public | BindingFlags.Static)];
    }

    /// <summary>A call of one of the three methods.</summary>
    public delegate void Cached(DeviceTensorView query, DeviceTensorView key, DeviceTensorView value, DeviceTensorView output, KernelCall call, GpuKvCache cache, int[] sequences, GpuArguments device);

    public Declaration Declaration { get; }

    public KvShape Shape { get; }

    /// <summary>The kernels.</summary>
    public MethodInfo[] Kernels { get; }

    /// <summary>Their hosts; <paramref name="mutate"/> changes the generated GPU kernels of a declaration, given its number.</summary>
    public static IReadOnlyList<GpuCacheHost> Compile(IReadOnlyList<Declaration> declarations, Func<int, string, string>? mutate = null)
    {
        Assembly assembly = GpuKernels.Compile(declarations.Select(static (declaration, n) => GpuKernels.OnGpu(declaration).ToSource($"Host{n}") + Adapter($"Host{n}")), mutate);
        return [.. declarations.Select((declaration, n) => new GpuCacheHost(declaration, assembly, $"Host{n}"))];
    }

    /// <summary>A cache of one of the harness's calls, with room for all of its tokens.</summary>
    public GpuKvCache NewCache(int sequences, int capacity) => new(GpuKernels.Context, Shape, sequences, capacity);

    public void Append(KernelCall call, GpuKvCache cache, params int[] sequences) => Run(_append, call, cache, sequences);

    public void Prefill(KernelCall call, GpuKvCache cache, params int[] sequences) => Run(_prefill, call, cache, sequences);

    public void Decode(KernelCall call, GpuKvCache cache, params int[] sequences) => Run(_decode, call, cache, sequences);

    /// <summary>Decodes into a tensor of the caller's.</summary>
    public void DecodeOver(DeviceTensorView query, DeviceTensorView key, DeviceTensorView value, DeviceTensorView output, KernelCall call, GpuKvCache cache, params int[] sequences) =>
        _decode(query, key, value, output, call, cache, sequences, default);

    /// <summary>The host as the CPU's harness takes it, over one cache.</summary>
    public CacheHost InHarness(GpuKvCache cache) => new(
        Declaration,
        Shape,
        static _ => throw new NotSupportedException(),
        call => Append(call.Call, cache, call.Sequences),
        call => Prefill(call.Call, cache, call.Sequences),
        call => Decode(call.Call, cache, call.Sequences),
        new Dictionary<string, Action<CacheCall>>());

    private static void Run(Cached method, KernelCall call, GpuKvCache cache, int[] sequences)
    {
        using var memory = new DeviceCall(GpuKernels.Context, call);
        method(memory.Query, memory.Key, memory.Value, memory.Output, call, cache, sequences, memory.Arguments);
        memory.ReadBack();
    }

    private static string Adapter(string host)
    {
        const string View = "global::AttentionGen.Gpu.DeviceTensorView";
        string tail = $"global::{typeof(KernelCall).FullName} call, global::AttentionGen.Gpu.GpuKvCache cache, int[] sequences, global::AttentionGen.Gpu.GpuArguments device";
        const string Arguments = "cache, sequences, call.Arguments with { LogSumExp = default, MaxThreads = 0, Tier = global::AttentionGen.SimdTier.Best }, device";
        return $$"""
            public static class {{host}}Cached
            {
                public static global::AttentionGen.KvShape Shape() => {{host}}.CacheShape;

                public static void Append({{View}} query, {{View}} key, {{View}} value, {{View}} output, {{tail}}) => {{host}}.Append(key, value, {{Arguments}} with { LogSumExp = default });

                public static void Prefill({{View}} query, {{View}} key, {{View}} value, {{View}} output, {{tail}}) => {{host}}.Prefill(query, key, value, output, {{Arguments}});

                public static void Decode({{View}} query, {{View}} key, {{View}} value, {{View}} output, {{tail}}) => {{host}}.Decode(query, key, value, output, {{Arguments}});
            }
            """;
    }
}
