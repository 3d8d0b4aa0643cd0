using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>What a host with <c>[KvCache]</c> has besides: the caches' shape, calls over a cache (of a kernel; a layer has its own), and their launch.</summary>
internal static class CacheSurface
{
    private const string Span = "global::System.ReadOnlySpan<float>", View = "global::AttentionGen.ReadOnlyTensorView";
    private const string Tail = "global::AttentionGen.IKvCache cache, global::System.ReadOnlySpan<int> sequences, in global::AttentionGen.AttentionArguments arguments";
    private const string LaunchSignature = $"static partial void LaunchCached({View} query, {View} key, {View} value, global::AttentionGen.TensorView output, {Tail}, global::AttentionGen.Kernels.CacheUse use)";

    private static readonly string[] Precisions = ["Single", "Half", "BFloat16", "Int8"];

    /// <summary>The expression that makes the shape, from the host's or the kernel's constants.</summary>
    public static string Shape(AttentionSpec spec)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        CacheSpec cache = spec.Cache!;
        return $"new global::AttentionGen.KvShape(KvHeads, {shape.HeadDim}, {shape.ValueDim}, global::AttentionGen.KvPrecision.{Precisions[cache.Precision]}, quantBlock: {cache.QuantBlock}, pageTokens: {cache.PageTokens})";
    }

    /// <summary>Writes the members; <paramref name="fail"/> is what every body throws, or null.</summary>
    public static void Write(CodeWriter writer, AttentionSpec spec, string? fail)
    {
        if (spec.Cache is null)
        {
            return;
        }

        writer.Line();
        writer.Line("/// <summary>The caches that these methods take: geometry, storage, page size.</summary>");
        writer.Line($"public static global::AttentionGen.KvShape CacheShape {(fail is null ? $"{{ get; }} = {Shape(spec)};" : $"=> {fail};")}");
        if (!spec.Host.IsStatic)
        {
            LayerCacheSurface.Write(writer, spec, fail);
            return;
        }

        Append(writer, fail);
        Attend(writer, "Prefill", "Stores the new tokens behind those in the cache, then attends with each of them to itself and all before it. A prompt may come in pieces. "
            + "Sequences with at most 16 new tokens are decoded in place, as Decode does; with CumulativeLengths, prompts and single tokens go in one call.", fail);
        Attend(writer, "Decode", "Stores 1 to 16 new tokens of each sequence behind those in the cache (single, speculative, or a tree with its mask), then attends with each of them as Prefill does. Keys and values are read once for all query heads of a KV head.", fail);
    }

    public static void WriteLaunchDeclaration(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Cache is not null)
        {
            writer.Line().Line(LaunchSignature + ";");
        }
    }

    /// <summary>Initialisers of the KernelDescription.</summary>
    public static void WriteSettings(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Cache is not { } cache)
        {
            return;
        }

        writer.Line($"CacheShape = {Shape(plan.Spec)}, CacheCapacity = {Literals.Of(cache.Capacity)}, // 0: open");
        if (plan.Decode is { } decode)
        {
            writer.Line($"DecodeSplit = {Literals.Of(decode.Part)}, DecodeRowFloats = {Literals.Of(decode.RowFloats)},");
        }

        if (plan.CacheReach is { } reach)
        {
            writer.Line($"CacheReach = {Literals.Of(reach)}, CacheSinks = {Literals.Of(plan.CacheSinks)},");
        }
    }

    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            return;
        }

        writer.Line();
        using (writer.Block(LaunchSignature))
        using (writer.Block("unsafe"))
        {
            using (writer.Block("global::AttentionGen.Kernels.CacheTiers tiers = new()", end: "};"))
            {
                writer.Line($"Attend = {KernelEmitter.Tiers(spec, "Run")},");
                writer.Line($"Append = {KernelEmitter.Tiers(spec, "Append")},");
                if (new KernelPlan(spec, Dialect.Vector512).Decode is not null)
                {
                    writer.Line($"Decode = {KernelEmitter.Tiers(spec, "Decode")},");
                }
            }

            writer.Line("global::AttentionGen.Kernels.KernelLauncher.RunCached(kernelDescription, tiers, query, key, value, output, cache, sequences, arguments, use);");
        }
    }

    private static void Append(CodeWriter writer, string? fail)
    {
        const string What = "Stores new tokens behind those in the cache, without attending.";
        Document(writer, What, attends: false, contiguous: true);
        writer.Line($"public static void Append({Span} key, {Span} value, int tokens, {Tail} = default)");
        writer.Line($"    => {fail ?? $"Append({New("key", "KvHeads", "HeadDim")}, {New("value", "KvHeads", "ValueDim")}, cache, sequences, arguments)"};");
        Document(writer, What, attends: false, contiguous: false);
        writer.Line($"public static void Append({View} key, {View} value, {Tail} = default)");
        writer.Line($"    => {fail ?? "LaunchCached(default, key, value, default, cache, sequences, arguments, global::AttentionGen.Kernels.CacheUse.Append)"};");
    }

    private static void Attend(CodeWriter writer, string name, string what, string? fail)
    {
        Document(writer, what, attends: true, contiguous: true);
        writer.Line($"public static void {name}({Span} query, {Span} key, {Span} value, global::System.Span<float> output, int tokens, {Tail} = default)");
        string views = $"{New("query", "Heads", "HeadDim")}, {New("key", "KvHeads", "HeadDim")}, {New("value", "KvHeads", "ValueDim")}, global::AttentionGen.TensorView.HeadsFirst(output, sequences.Length, Heads, tokens, ValueDim)";
        writer.Line($"    => {fail ?? $"{name}({views}, cache, sequences, arguments)"};");
        Document(writer, what, attends: true, contiguous: false);
        writer.Line($"public static void {name}({View} query, {View} key, {View} value, global::AttentionGen.TensorView output, {Tail} = default)");
        writer.Line($"    => {fail ?? $"LaunchCached(query, key, value, output, cache, sequences, arguments, global::AttentionGen.Kernels.CacheUse.{name})"};");
    }

    private static string New(string rows, string heads, string dim) => $"global::AttentionGen.Kernels.KernelLauncher.NewTokens({rows}, sequences.Length, {heads}, tokens, {dim})";

    private static void Document(CodeWriter writer, string what, bool attends, bool contiguous)
    {
        writer.Line();
        writer.Line($"/// <summary>{what}</summary>");
        DocumentTensors(writer, attends);
        if (contiguous)
        {
            writer.Line("/// <param name=\"tokens\">New tokens of each sequence.</param>");
        }

        DocumentCall(writer, attends);
    }

    /// <summary>The documentation of a kernel host's tensors.</summary>
    public static void DocumentTensors(CodeWriter writer, bool attends)
    {
        if (attends)
        {
            writer.Line("/// <param name=\"query\">[sequences, Heads, tokens, HeadDim].</param>");
        }

        writer.Line("/// <param name=\"key\">[sequences, KvHeads, tokens, HeadDim], neither normalised nor rotated.</param>");
        writer.Line("/// <param name=\"value\">[sequences, KvHeads, tokens, ValueDim].</param>");
        if (attends)
        {
            writer.Line("/// <param name=\"output\">[sequences, Heads, tokens, ValueDim]; written whole.</param>");
        }
    }

    /// <summary>The documentation that all calls over a cache end with.</summary>
    public static void DocumentCall(CodeWriter writer, bool attends)
    {
        writer.Line("/// <param name=\"cache\">A cache of the shape CacheShape.</param>");
        writer.Line("/// <param name=\"sequences\">The cache's sequences, all different.</param>");
        writer.Line($"/// <param name=\"arguments\">QueryPositions of the new tokens (default: on from the cache's length), {(attends ? "masks over the new tokens or over all keys, log-sum-exp, " : string.Empty)}CumulativeLengths where the numbers of new tokens differ, threads.</param>");
        writer.Line("/// <exception cref=\"global::System.ArgumentException\">A shape, length or value does not fit the declaration or the cache; nothing was written.</exception>");
        writer.Line("/// <exception cref=\"global::System.InvalidOperationException\">The cache has no room; nothing was written.</exception>");
    }
}
