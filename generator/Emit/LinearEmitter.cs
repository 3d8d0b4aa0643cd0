using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>The kernel of a <see cref="KernelFamily.Linear"/> declaration for one CPU dialect, and its plan in words.</summary>
internal static class LinearEmitter
{
    /// <summary>Writes the body of the kernel's class.</summary>
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        WriteConstants(writer, plan);
        LinearItemStage.Write(writer, plan);
        writer.Line();
        LinearKeyStage.Write(writer, plan);
        writer.Line();
        if (plan.HasState)
        {
            LinearStateStage.Write(writer, plan);
            writer.Line();
        }

        if (plan.IsExponential)
        {
            LinearKeyStage.WriteRescale(writer, plan);
            writer.Line();
        }

        LinearQueryStage.Write(writer, plan);
        writer.Line();
        LinearTileStage.Write(writer, plan);
        writer.Line();
        ValueStage.WritePacking(writer, plan.Base, plan.Base.Passes[0]);
        foreach ((ProductTile tile, IEnumerable<int> widths) in plan.Products())
        {
            foreach (int width in widths.Distinct())
            {
                writer.Line();
                tile.Write(writer, plan.Dialect, width);
            }
        }
    }

    /// <summary>The plan's lines after the one that names the type.</summary>
    public static IEnumerable<string> Describe(AttentionSpec spec)
    {
        LinearPlan plan = new(spec, Dialect.Vector512);
        AttentionShape shape = plan.Base.Shape;
        yield return $"Shape: {shape.Heads} query heads, {shape.KvHeads} key/value heads ({shape.GroupSize} queries share each), head dim {shape.HeadDim}, value dim {shape.ValueDim}.";
        yield return plan.Map.IsProjected
            ? $"Features: {plan.Map.Features} of each query and key: {plan.Map.Formula} with x the row times {Literals.Of(plan.Map.InputScale)}, projected on random rows."
            : $"Features: {plan.Map.Formula} of each query and key.";
        yield return plan.IsCausal ? "Visible: the keys up to the query's own." : "Visible: every key.";
        foreach ((PositionalEncoding encoding, _) in plan.Base.Encodings)
        {
            yield return $"Positions: {encoding.Name}: {encoding.Summary}.";
        }

        yield return $"Work: {FeatureWork.FlopsPerToken(shape, plan.Map)} FLOPs per token, all heads{(plan.IsCausal ? $", and the pairs within a chunk of {LinearPlan.Chunk}" : string.Empty)}; time grows linearly with the length.";
        yield return $"State: {plan.Map.Features} x {shape.ValueDim} sums of features times values, and {plan.Map.Features} sums of features, for each key/value head.";
        yield return $"Tiles: {string.Join("; ", Dialect.Cpu.Select(dialect => Tile(new LinearPlan(spec, dialect))))}.";
        yield return "One work item: all queries of the heads that share one key/value head.";
    }

    private static string Tile(LinearPlan plan) =>
        $"{plan.Dialect.Name} {plan.Dialect.TileRows} x {plan.Dialect.TileVectors * plan.Dialect.Lanes} in {plan.Dialect.TileRows * plan.Dialect.TileVectors} accumulators, chunks of {LinearPlan.Chunk} keys, {plan.WorkspaceBytes} bytes";

    private static void WriteConstants(CodeWriter writer, LinearPlan plan)
    {
        AttentionShape shape = plan.Base.Shape;
        Constant(writer, "KvHeads", shape.KvHeads);
        Constant(writer, "GroupSize", shape.GroupSize, "query heads that share one key/value head");
        Constant(writer, "HeadDim", shape.HeadDim, "features of a query or key head");
        Constant(writer, "ValueDim", shape.ValueDim, "features of a value head");
        Constant(writer, "PaddedValueDim", plan.Base.PaddedValueDim, $"value dim {shape.ValueDim} in whole registers");
        Constant(writer, "Lanes", plan.Dialect.Lanes);
        Constant(writer, "TileRows", plan.Dialect.TileRows);
        Constant(writer, "Chunk", LinearPlan.Chunk, "keys, or queries, prepared at a time");
        Constant(writer, "Features", plan.Map.Features, "features after the map");
        Constant(writer, "FeatureRows", plan.FeatureRows, "the same in whole tiles");
        Constant(writer, "RowsAhead", (LinearPlan.Chunk + (plan.FeatureRows / plan.Dialect.TileRows) - 1) / (plan.FeatureRows / plan.Dialect.TileRows), "rows of the next chunk that are asked for with every tile of the state");
        Constant(writer, "FeatureStride", plan.FeatureStride, "the same in whole registers");
        if (plan.IsCausal)
        {
            Constant(writer, "ScoreStride", LinearPlan.ScoreStride);
        }

        if (plan.HasState)
        {
            Constant(writer, "StateFloats", plan.Map.Features * (shape.ValueDim + (plan.IsExponential ? 2 : 1)), "floats that a sequence leaves behind for one key/value head");
        }

        if (plan.Base.RowTransform is { } transform)
        {
            Constant(writer, "RotationStride", 2 * RotaryEncoding.RotaryDim(transform.Spec, shape.QueryDim), "floats in one position's row of the rotation table");
        }

        if (plan.Map.InputScale != 1)
        {
            writer.Line($"private const float InputScale = {Literals.Of((float)plan.Map.InputScale)}; // root of the scale {Literals.Of(shape.Scale)}{(plan.IsExponential ? ", times log2(e)" : string.Empty)}");
        }

        writer.Line(plan.IsExponential
            ? $"private const float HalfLogOf2 = {Literals.Of((float)(Math.Log(2) / 2))}; // halves the square of a row in base-2 units, in base-2 units"
            : "private const float Log2OfE = 1.44269504f;");
        writer.Line("private const float LeastTotal = 8.67361738e-19f; // 2^-60: below it, products under the range of exponents may count");
        writer.Line();
        writer.Line("// Workspace of one thread, in bytes from its start.");
        foreach (WorkspaceBuffer buffer in plan.Buffers)
        {
            Constant(writer, buffer.Name + "At", buffer.Offset, buffer.Contents);
        }

        writer.Line();
    }

    private static void Constant(CodeWriter writer, string name, int value, string? comment = null) =>
        writer.Line($"private const int {name} = {Literals.Of(value)};{(comment is null ? string.Empty : " // " + comment)}");
}
