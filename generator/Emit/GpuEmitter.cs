using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>The GPU's side of a kernel host: the overload of <c>Forward</c>, and a file with the ILGPU kernel and its launch.</summary>
internal static class GpuEmitter
{
    private const string Implementation = "SIMT FP32";

    private const string LaunchSignature = "static partial void LaunchGpu(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.DeviceTensorView query, global::AttentionGen.Gpu.DeviceTensorView key, global::AttentionGen.Gpu.DeviceTensorView value, global::AttentionGen.Gpu.DeviceTensorView output, in global::AttentionGen.AttentionArguments arguments, in global::AttentionGen.Gpu.GpuArguments device)";

    private const string SelectSignature = "static partial void SelectGpu(global::AttentionGen.Gpu.GpuAttentionContext context, ref global::AttentionGen.Gpu.GpuSelection? selection)";

    /// <summary>The public surface.</summary>
    public static void WriteSurface(CodeWriter writer)
    {
        writer.Line();
        writer.Lines($$"""
            /// <summary>Attention over tensors in a device's memory. Returns when the kernel is queued; nothing is copied back. Lengths, positions, masks and learned tables come from the host with each call.</summary>
            /// <param name="context">The device.</param>
            /// <param name="query">[batch, Heads, queryLength, HeadDim].</param>
            /// <param name="key">[batch, KvHeads, keyLength, HeadDim].</param>
            /// <param name="value">[batch, KvHeads, keyLength, ValueDim].</param>
            /// <param name="output">[batch, Heads, queryLength, ValueDim]; written whole.</param>
            /// <param name="arguments">Key lengths, positions, masks.</param>
            /// <param name="device">Log-sum-exp, local features, stream.</param>
            /// <exception cref="global::System.ArgumentException">A shape, length or value does not fit the declaration; nothing was queued.</exception>
            /// <exception cref="global::AttentionGen.Gpu.GpuOutOfMemoryException">The device has no room for the workspace; the output is unchanged.</exception>
            public static void Forward(global::AttentionGen.Gpu.GpuAttentionContext context, global::AttentionGen.Gpu.DeviceTensorView query, global::AttentionGen.Gpu.DeviceTensorView key, global::AttentionGen.Gpu.DeviceTensorView value, global::AttentionGen.Gpu.DeviceTensorView output, in global::AttentionGen.AttentionArguments arguments = default, in global::AttentionGen.Gpu.GpuArguments device = default)
            => LaunchGpu(context, query, key, value, output, arguments, device);

            /// <summary>The implementation that a device runs, and why.</summary>
            /// <exception cref="global::System.NotSupportedException">The device runs none.</exception>
            public static global::AttentionGen.Gpu.GpuSelection SelectGpuKernel(global::AttentionGen.Gpu.GpuAttentionContext context)
            {
                global::AttentionGen.Gpu.GpuSelection? selection = null;
                SelectGpu(context, ref selection);
                return selection!;
            }

            {{LaunchSignature}};

            {{SelectSignature}};
            """);
    }

    /// <summary>The launch, in the host.</summary>
    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        GpuPlan plan = new(spec);
        using (writer.Block("private static readonly global::AttentionGen.Gpu.GpuKernelSet gpuKernels = new(new global::AttentionGen.Gpu.GpuKernel", end: $"}}){TensorEmitter.Initialiser(spec)};"))
        {
            writer.Line($"Implementation = \"{Implementation}\", Method = global::{KernelEmitter.Namespace}.{ClassName(spec)}.Run,");
            writer.Line($"Threads = {GpuTile.Threads}, TileRows = {plan.Tile.Rows}, SharedBytes = {plan.Tile.SharedBytes}, Lanes = {GpuTile.ColumnThreads},{Strides(plan)}");
        }

        writer.Line();
        writer.Line(LaunchSignature);
        writer.Line("    => global::AttentionGen.Gpu.GpuLauncher.Run(context, kernelDescription, gpuKernels, query, key, value, output, arguments, device);");
        writer.Line();
        writer.Line(SelectSignature + " => selection = gpuKernels.Select(context);");
        if (spec.WantsTensorCores)
        {
            TensorEmitter.WriteLaunch(writer);
        }
    }

    /// <summary>The kernel, as a file-local class.</summary>
    public static void WriteKernel(CodeWriter writer, AttentionSpec spec)
    {
        GpuPlan plan = new(spec);
        GpuTile tile = plan.Tile;
        writer.Line($"/// <summary>The kernel in FP32 on every GPU: groups of {GpuTile.Threads} threads, tiles of {tile.Rows} queries by {tile.Keys} keys, {tile.SharedBytes} bytes of shared memory.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static class {ClassName(spec)}"))
        {
            WriteConstants(writer, plan, []);
            GpuKernelStage.Write(writer, plan);
        }
    }

    /// <summary>The tile in words.</summary>
    public static string Describe(AttentionSpec spec)
    {
        GpuTile tile = new GpuPlan(spec).Tile;
        return $"GPU, {Implementation}: groups of {GpuTile.Threads} threads, {tile.Rows} queries x {tile.Keys} keys, {tile.RowsPerThread} x {tile.KeysPerThread} scores a thread, {tile.SharedBytes} bytes of shared memory.";
    }

    /// <summary>Initialisers of a kernel's settings: lengths of the tables that its score steps read.</summary>
    public static string Strides(GpuPlan plan) => string.Concat(plan.Base.ScoreSteps.SelectMany(step => step.Constants(plan.Base.StepSizes))
        .Where(static constant => constant.Name.EndsWith("Stride", StringComparison.Ordinal)).Select(static constant => $" {constant.Name} = {Literals.Of(constant.Value)},"));

    private static string ClassName(AttentionSpec spec) => $"{spec.Host.Name}Simt";

    /// <summary>The constants of a class of kernels.</summary>
    public static void WriteConstants(CodeWriter writer, GpuPlan plan, IReadOnlyList<(string Name, int Value, string Comment)> more)
    {
        AttentionShape shape = plan.Base.Shape;
        GpuTile tile = plan.Tile;
        KernelEmitter.Constant(writer, "Heads", shape.Heads);
        KernelEmitter.Constant(writer, "GroupSize", shape.GroupSize, "query heads that share one key/value head");
        KernelEmitter.Constant(writer, "HeadDim", shape.HeadDim);
        KernelEmitter.Constant(writer, "QueryDim", shape.QueryDim, plan.Base.IsSplit ? $"features that one softmax compares, of {shape.HeadDim} in a query or key head" : "features of a query or key head");
        KernelEmitter.Constant(writer, "ValueDim", shape.ValueDim);
        KernelEmitter.Constant(writer, "Threads", GpuTile.Threads);
        KernelEmitter.Constant(writer, "ColumnThreads", GpuTile.ColumnThreads, "neighbouring lanes that share their rows");
        KernelEmitter.Constant(writer, "RowsPerThread", tile.RowsPerThread);
        KernelEmitter.Constant(writer, "TileRows", tile.Rows);
        KernelEmitter.Constant(writer, "TileKeys", tile.Keys);
        KernelEmitter.Constant(writer, "PastAnyKey", 1 << 24, "the index of what is no key; exact as a float");
        foreach ((string name, int value, string comment) in more)
        {
            KernelEmitter.Constant(writer, name, value, comment);
        }

        KernelEmitter.WriteShared(writer, plan.Base);
        writer.Line();
    }
}
