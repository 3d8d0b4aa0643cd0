using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>A kernel host's side of 16-bit elements on GPUs: the overload of <c>Forward</c>, and a file with the tensor-core kernel.</summary>
internal static class TensorEmitter
{
    /// <summary>Rows of queries or keys that a group prepares.</summary>
    private const int PrepareRows = 16;

    private const string LaunchSignature = "static partial void LaunchTensor(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.DeviceTensorView16 query, global::AttentionGen.Gpu.DeviceTensorView16 key, global::AttentionGen.Gpu.DeviceTensorView16 value, global::AttentionGen.Gpu.DeviceTensorView16 output, in global::AttentionGen.AttentionArguments arguments, in global::AttentionGen.Gpu.GpuArguments device)";

    /// <summary>Whether the declaration has a tensor-core kernel.</summary>
    public static bool HasKernel(AttentionSpec spec) => spec.WantsTensorCores && TensorPlan.Obstacle(spec) is null;

    /// <summary>The public surface.</summary>
    public static void WriteSurface(CodeWriter writer, AttentionSpec spec)
    {
        string precision = Precision(spec);
        writer.Line();
        writer.Lines($$"""
            /// <summary>As the overload for FP32 tensors, over tensors of 16-bit elements: they are multiplied as they are on tensor cores, and widened to FP32 for the kernel of other devices.</summary>
            /// <param name="context">The device.</param>
            /// <param name="query">[batch, Heads, queryLength, HeadDim], of {{precision}}.</param>
            /// <param name="key">[batch, KvHeads, keyLength, HeadDim], of {{precision}}.</param>
            /// <param name="value">[batch, KvHeads, keyLength, ValueDim], of {{precision}}.</param>
            /// <param name="output">[batch, Heads, queryLength, ValueDim], of {{precision}}; written whole.</param>
            /// <param name="arguments">Key lengths, positions, masks.</param>
            /// <param name="device">Log-sum-exp, stream.</param>
            /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was queued.</exception>
            /// <exception cref="global::AttentionGen.Gpu.GpuOutOfMemoryException">The device has no room for the workspace; the output is unchanged.</exception>
            public static void Forward(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.DeviceTensorView16 query, global::AttentionGen.Gpu.DeviceTensorView16 key, global::AttentionGen.Gpu.DeviceTensorView16 value, global::AttentionGen.Gpu.DeviceTensorView16 output, in global::AttentionGen.AttentionArguments arguments = default, in global::AttentionGen.Gpu.GpuArguments device = default)
                => LaunchTensor(context, query, key, value, output, arguments, device);

            {{LaunchSignature}};
            """);
    }

    /// <summary>What follows the set of FP32 kernels in its initialiser: the tensor-core kernel, or why there is none.</summary>
    public static string Initialiser(AttentionSpec spec)
    {
        if (!spec.WantsTensorCores)
        {
            return string.Empty;
        }

        string precision = $"Precision = global::AttentionGen.{Precision(spec)}";
        if (TensorPlan.Obstacle(spec) is { } obstacle)
        {
            return $" {{ {precision}, TensorObstacle = \"{obstacle}\" }}";
        }

        return $" {{ {precision}, Tensor = CreateTensorKernel() }}";
    }

    /// <summary>The launch over 16-bit tensors, in the host.</summary>
    public static void WriteLaunch(CodeWriter writer)
    {
        writer.Line();
        writer.Line(LaunchSignature);
        writer.Line("    => global::AttentionGen.Gpu.TensorLauncher.Run(context, kernelDescription, gpuKernels, query, key, value, output, arguments, device);");
    }

    /// <summary>What the launch needs to know of the kernel, in the host.</summary>
    public static void WriteCreate(CodeWriter writer, AttentionSpec spec)
    {
        TensorPlan plan = new(spec);
        string name = $"global::{KernelEmitter.Namespace}.{ClassName(spec)}";
        using (writer.Block("private static global::AttentionGen.Gpu.TensorKernel CreateTensorKernel() => new()", end: "};"))
        {
            writer.Line($"Method = {name}.Run, Threads = {TensorTile.Threads}, TileRows = {plan.Tile.Rows}, SharedBytes = {plan.Tile.SharedBytes},");
            if (plan.PreparesRows)
            {
                writer.Line($"PrepareQuery = {name}.PrepareQuery, PrepareKey = {name}.PrepareKey, PrepareRows = {PrepareRows},");
            }
        }
    }

    /// <summary>The kernel, as a file-local class.</summary>
    public static void WriteKernel(CodeWriter writer, AttentionSpec spec)
    {
        TensorPlan plan = new(spec);
        foreach (string use in new[] { "System", "AttentionGen.Gpu", "ILGPU", "ILGPU.Runtime.Cuda" })
        {
            writer.Line($"using {use};");
        }

        writer.Line();
        writer.Line($"/// <summary>The kernel on tensor cores: groups of {TensorTile.Warps} warps, tiles of {plan.Tile.Rows} queries by {plan.Tile.Keys} keys, {plan.Tile.SharedBytes} bytes of shared memory.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static class {ClassName(spec)}"))
        {
            WriteConstants(writer, plan);
            TensorKernelStage.Write(writer, plan);
            if (plan.PreparesRows)
            {
                foreach (string side in new[] { "Query", "Key" })
                {
                    writer.Line();
                    TensorPrepareStage.Write(writer, plan, new GpuPlan(spec), side);
                }
            }
        }
    }

    /// <summary>The tile in words.</summary>
    public static string Describe(AttentionSpec spec)
    {
        TensorPlan plan = new(spec);
        TensorTile tile = plan.Tile;
        return $"GPU, tensor cores: products of {(plan.IsBrain ? "bfloat16" : "half")} with FP32 sums; groups of {TensorTile.Warps} warps, {tile.Rows} queries x {tile.Keys} keys, {tile.WarpRows} queries a warp, {(tile.HoldsQueries ? "held in registers" : "loaded again for each tile")}, {tile.SharedBytes} bytes of shared memory. Scores are scaled in FP32, not the queries.";
    }

    private static string Precision(AttentionSpec spec) => spec.Int("GpuPrecision") == SharedParameters.BFloat16 ? "GpuPrecision.BFloat16" : "GpuPrecision.Half";

    private static string ClassName(AttentionSpec spec) => $"{spec.Host.Name}Tensor";

    private static void WriteConstants(CodeWriter writer, TensorPlan plan)
    {
        AttentionShape shape = plan.Base.Shape;
        TensorTile tile = plan.Tile;
        KernelEmitter.Constant(writer, "Heads", shape.Heads);
        KernelEmitter.Constant(writer, "KvHeads", shape.KvHeads);
        KernelEmitter.Constant(writer, "GroupSize", shape.GroupSize, "query heads that share one key/value head");
        KernelEmitter.Constant(writer, "TileRows", tile.Rows);
        KernelEmitter.Constant(writer, "TileKeys", tile.Keys);
        KernelEmitter.Constant(writer, "WarpRows", tile.WarpRows, "query rows of a warp");
        KernelEmitter.Constant(writer, "QueriesAt", tile.QueriesAt, tile.HoldsQueries ? "shared memory: until they are in registers, where the second stage will be" : "shared memory");
        KernelEmitter.Constant(writer, "KeysAt", tile.KeysAt, tile.HoldsQueries ? "of the first stage" : "behind the queries");
        KernelEmitter.Constant(writer, "ValuesAt", tile.KeysAt + tile.KeyBytes, "behind the keys");
        if (tile.HoldsQueries)
        {
            KernelEmitter.Constant(writer, "StageBytes", tile.StageBytes, "a tile of keys and its values");
        }

        if (plan.PreparesRows)
        {
            KernelEmitter.Constant(writer, "QueryDim", shape.QueryDim, "features of a query or key head");
            KernelEmitter.Constant(writer, "Threads", TensorTile.Threads);
            KernelEmitter.Constant(writer, "PrepareRows", PrepareRows, "rows of a group that prepares queries or keys");
        }

        KernelEmitter.WriteShared(writer, plan.Base);
        writer.Line();
    }
}
