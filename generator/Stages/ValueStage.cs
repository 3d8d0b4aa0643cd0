using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Packs a block of values into aligned, padded rows, and multiplies a tile's weights by them.</summary>
internal static class ValueStage
{
    public static void WritePacking(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("// Values [from, to) of one head as rows of PaddedValueDim floats, zero-padded. False when one of them is infinite or NaN:");
        writer.Line("// then a weight of zero must not be multiplied by it (0 * NaN would reach rows that don't see the key).");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static bool PackValues{pass.Suffix}(AttentionCall* call, WorkItem work, int block, int from, int to, float* packed)"))
        {
            if (plan.Cache is not null)
            {
                CacheStage.WriteValues(writer, pass);
            }

            writer.Line("float* source = call->Value.Head(work.Batch, work.KvHead);");
            writer.Line($"{dialect.Float} zeros = {dialect.Zero}, check = {dialect.Zero};");
            writer.Line("float tailCheck = 0f;");
            using (writer.Block("for (int j = from; j < to; j++)"))
            {
                writer.Line($"float* row = source + ({pass.IndexOf("j")} * call->Value.RowStride);");
                AheadStage.WriteKeyRow(writer, plan, pass, "Value", Literals.Of(plan.Shape.ValueDim));
                writer.Line("float* target = packed + ((j - block) * PaddedValueDim);");
                WriteRow(writer, plan);
            }

            writer.Line();
            writer.Line($"return {dialect.SumLanes("check")} + tailCheck == 0f;");
        }
    }

    /// <summary>Copies <c>row</c> to <c>target</c>, padded; <c>check</c> and <c>tailCheck</c> stay 0 as long as all is finite.</summary>
    public static void WriteRow(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        Columns.Write(writer, dialect, 0, plan.Shape.ValueDim, (target, index) => target == dialect
            ? $"{{ {dialect.Float} x = {target.Load("row", index)}; check = {target.MultiplyAdd("x", "zeros", "check")}; {target.Store("x", "target", index)} }}"
            : $"{{ float x = row[{index}]; tailCheck += x * 0f; target[{index}] = x; }}");
        if (plan.Shape.ValueDim % dialect.Lanes != 0)
        {
            writer.Line($"new Span<float>(target + {plan.Shape.ValueDim}, PaddedValueDim - {plan.Shape.ValueDim}).Clear();");
        }
    }

    /// <summary>The tiles as methods <c>Name1</c> to <c>Name4</c>, over weights of which each row starts <paramref name="stride"/> floats after the one before.</summary>
    public static void WriteTiles(CodeWriter writer, KernelPlan plan, string name, int stride)
    {
        foreach (int width in plan.ValueTiles().Distinct())
        {
            WriteTile(writer, plan, name, stride, width);
        }
    }

    /// <summary>The calls that cover all columns of the values.</summary>
    public static void WriteCalls(CodeWriter writer, KernelPlan plan, string name, string count)
    {
        int column = 0;
        foreach (int width in plan.ValueTiles())
        {
            string offset = column == 0 ? string.Empty : $" + {column}";
            writer.Line($"{name}{width}(weights, values{offset}, outputs{offset}, {count});");
            column += width * plan.Dialect.Lanes;
        }
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan, string name, int stride, int width)
    {
        Dialect dialect = plan.Dialect;
        int rows = dialect.TileRows;
        writer.Line();
        writer.Line($"// outputs[{rows} rows, {width * dialect.Lanes} columns] += weights[{rows} rows, count keys] * values[count keys, {width * dialect.Lanes} columns], {rows * width} accumulators.");
        writer.Line("// A block sums from zero: its rounding errors grow with the block, not with the sequence.");
        new ProductTile(name, stride, plan.PaddedValueDim, plan.PaddedValueDim, Adds: true).Write(writer, dialect, width);
    }
}
