using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>The GPU's side of a kernel host with <c>[KvCache]</c>: calls over a cache on the device, and a class with their kernels.</summary>
internal static class GpuCacheEmitter
{
    private const string View = "global::AttentionGen.Gpu.DeviceTensorView";
    private const string Tail = "global::AttentionGen.Gpu.GpuKvCache cache, global::System.ReadOnlySpan<int> sequences, in global::AttentionGen.AttentionArguments arguments";
    private const string Device = "in global::AttentionGen.Gpu.GpuArguments device";
    private const string LaunchSignature = $"static partial void LaunchGpuCached({View} query, {View} key, {View} value, {View} output, {Tail}, {Device}, global::AttentionGen.Kernels.CacheUse use)";

    /// <summary>The public surface.</summary>
    public static void WriteSurface(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            return;
        }

        Document(writer, "Stores new tokens behind those in a device's cache, without attending.", attends: false);
        writer.Line($"public static void Append({View} key, {View} value, {Tail} = default, {Device} = default)");
        writer.Line("    => LaunchGpuCached(default, key, value, default, cache, sequences, arguments, device, global::AttentionGen.Kernels.CacheUse.Append);");
        foreach ((string name, string what) in new[]
        {
            ("Prefill", "Stores the new tokens behind those in a device's cache, then attends with each of them to itself and all before it. A prompt may come in pieces. Sequences with at most 16 new tokens are decoded, as Decode does; with CumulativeLengths, prompts and single tokens go in one call."),
            ("Decode", "Stores 1 to 16 new tokens of each sequence behind those in a device's cache, then attends with each of them as Prefill does. Keys and values are read in place, in parts of a sequence that are merged in order: the bits depend on a sequence's lengths alone."),
        })
        {
            Document(writer, what, attends: true);
            writer.Line($"public static void {name}({View} query, {View} key, {View} value, {View} output, {Tail} = default, {Device} = default)");
            writer.Line($"    => LaunchGpuCached(query, key, value, output, cache, sequences, arguments, device, global::AttentionGen.Kernels.CacheUse.{name});");
        }

        writer.Line();
        writer.Line(LaunchSignature + ";");
    }

    /// <summary>The launch, in the host.</summary>
    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            return;
        }

        GpuPlan plan = new(spec, readsCache: true);
        IReadOnlyList<GpuDecodePlan> decodes = GpuDecodePlan.Of(spec);
        writer.Line();
        using (writer.Block("private static readonly global::AttentionGen.Gpu.GpuCacheKernels gpuCacheKernels = new()", end: "};"))
        {
            Kernel(writer, spec, "Append", "Append", GpuDecodePlan.Threads, GpuAppendStage.TileTokens, GpuAppendStage.TileTokens * sizeof(float) * plan.Base.Branches.Count);
            Kernel(writer, spec, "Attend", "Run", GpuTile.Threads, plan.Tile.Rows, plan.Tile.SharedBytes, GpuEmitter.Strides(plan));
            if (decodes.Count > 0)
            {
                Decode(writer, spec, "DecodeOne", decodes[0]);
                Decode(writer, spec, "DecodeFew", decodes[decodes.Count - 1]);
                Kernel(writer, spec, "Merge", "Merge", GpuDecodePlan.Threads, 1, 0);
                writer.Line($"PartVectors = {decodes[0].PartVectors},");
            }
        }

        writer.Line();
        writer.Line(LaunchSignature);
        writer.Line("    => global::AttentionGen.Gpu.GpuCacheLauncher.Run(kernelDescription, gpuCacheKernels, query, key, value, output, cache, sequences, arguments, device, use);");
    }

    /// <summary>The kernels, as a file-local class.</summary>
    public static void WriteKernels(CodeWriter writer, AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            return;
        }

        GpuPlan plan = new(spec, readsCache: true);
        IReadOnlyList<GpuDecodePlan> decodes = GpuDecodePlan.Of(spec);
        writer.Line();
        writer.Line("/// <summary>The kernels over a device's cache, whose keys are ready to be compared and whose rows are whole vectors of 16 bytes.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static class {ClassName(spec)}"))
        {
            GpuEmitter.WriteConstants(writer, plan, [.. Constants(plan, decodes)]);
            GpuAppendStage.Write(writer, plan);
            writer.Line();
            GpuKernelStage.Write(writer, plan);
            foreach (GpuDecodePlan decode in decodes)
            {
                writer.Line();
                GpuDecodeStage.Write(writer, decode);
            }

            if (decodes.Count > 0)
            {
                writer.Line();
                GpuMergeStage.Write(writer, decodes[0]);
            }
        }
    }

    /// <summary>The cache's kernels in words.</summary>
    public static IEnumerable<string> Describe(AttentionSpec spec)
    {
        if (spec.Cache is null)
        {
            yield break;
        }

        IReadOnlyList<GpuDecodePlan> decodes = GpuDecodePlan.Of(spec);
        string few = decodes.Count == 0 ? "Any number of new tokens takes the same kernel." : "Up to 16 new tokens of a sequence are decoded: its keys are cut into at most 64 parts or so of 256 keys or more, which groups read in place, "
            + $"{string.Join(" or ", decodes.Select(static plan => Literals.Of(plan.Rows)))} rows (tokens times query heads of a KV head) at a time; then parts are merged in order.";
        yield return $"Cache on the device: rows are whole vectors of 16 bytes; keys go in as they are compared. {few}";
    }

    private static string ClassName(AttentionSpec spec) => $"{spec.Host.Name}SimtCached";

    private static IEnumerable<(string Name, int Value, string Comment)> Constants(GpuPlan plan, IReadOnlyList<GpuDecodePlan> decodes)
    {
        yield return ("KvHeads", plan.Base.Shape.KvHeads, "key/value heads");
        yield return ("TileTokens", GpuAppendStage.TileTokens, "new tokens that a group stores");
        if (decodes.Count > 0)
        {
            yield return ("DecodeKeys", GpuDecodePlan.TileKeys, "keys of a tile when decoding");
            yield return ("KeyThreads", GpuDecodePlan.KeyThreads, "neighbouring lanes that share a key when decoding");
            yield return ("Reach", plan.Base.CacheReach ?? int.MaxValue, "keys before a query that it may see");
            yield return ("LeadingKeys", plan.Base.CacheSinks, "leading keys that every query may see");
        }
    }

    private static void Decode(CodeWriter writer, AttentionSpec spec, string role, GpuDecodePlan plan) =>
        Kernel(writer, spec, role, GpuDecodeStage.Name(plan), GpuDecodePlan.Threads, plan.Rows, plan.SharedBytes);

    private static void Kernel(CodeWriter writer, AttentionSpec spec, string role, string method, int threads, int rows, int shared, string strides = "")
    {
        using (writer.Block($"{role} = new global::AttentionGen.Gpu.GpuKernel", end: "},"))
        {
            writer.Line($"Implementation = \"{role}\", Method = global::{KernelEmitter.Namespace}.{ClassName(spec)}.{method},");
            writer.Line($"Threads = {threads}, TileRows = {rows}, SharedBytes = {shared}, Lanes = {GpuTile.ColumnThreads},{strides}");
        }
    }

    private static void Document(CodeWriter writer, string what, bool attends)
    {
        writer.Line();
        writer.Line($"/// <summary>{what} Returns when the kernels are queued; the cache counts the tokens at once.</summary>");
        CacheSurface.DocumentTensors(writer, attends);
        writer.Line("/// <param name=\"cache\">A cache of the shape CacheShape, on the tensors' device.</param>");
        writer.Line("/// <param name=\"sequences\">The cache's sequences, all different.</param>");
        writer.Line($"/// <param name=\"arguments\">QueryPositions of the new tokens (default: on from the cache's length), {(attends ? "masks over the new tokens or over all keys, " : string.Empty)}CumulativeLengths where the numbers of new tokens differ.</param>");
        writer.Line($"/// <param name=\"device\">{(attends ? "Log-sum-exp, stream" : "Stream")}.</param>");
        writer.Line("/// <exception cref=\"global::System.ArgumentException\">A shape, length or value does not fit the declaration or the cache; nothing was queued.</exception>");
        writer.Line("/// <exception cref=\"global::System.InvalidOperationException\">The cache or the device has no room; the cache is unchanged.</exception>");
    }
}
