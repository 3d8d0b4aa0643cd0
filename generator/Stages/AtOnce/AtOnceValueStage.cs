using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Weighted values of a tile as finished outputs: straight to the output's rows where the tile is whole, through a buffer where it is not.</summary>
internal static class AtOnceValueStage
{
    private const int ChecksInFlight = 4;

    public static void Write(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce)
    {
        foreach (int width in plan.ValueTiles().Distinct())
        {
            writer.Line($"// outputs[{plan.Dialect.TileRows} rows, {width * plan.Dialect.Lanes} columns] = factors * weights[{plan.Dialect.TileRows} rows, count keys] * values[count keys, {width * plan.Dialect.Lanes} columns]{(atOnce.Sinks > 0 ? ", the sinks' first" : string.Empty)}.");
            new ProductTile("ValuesAtOnce", plan.ScoreStride, plan.PaddedValueDim, 0, Adds: false) { IsFinal = true, HasFirst = atOnce.Sinks > 0 }.Write(writer, plan.Dialect, width);
            writer.Line();
        }

        WriteCopy(writer, plan);
        if (atOnce.ReadsInPlace)
        {
            writer.Line();
            WriteCheck(writer, plan);
        }
    }

    /// <summary>The values of <c>weights</c> and, where there are any, of the sinks.</summary>
    public static void WriteCall(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce)
    {
        bool hasSinks = atOnce.Sinks > 0, fitsRegisters = plan.Shape.ValueDim == plan.PaddedValueDim;
        if (hasSinks)
        {
            writer.Line("float* sinkValues = At(workspace, SinkValuesAt);");
            writer.Line($"int sinkCount = {Visible(plan)};");
        }

        writer.Line("float* target = call->Output.Head(work.Batch, head) + ((work.FirstRow + row) * call->Output.RowStride);");
        if (fitsRegisters)
        {
            using (writer.Block("if (finite && rows == TileRows)"))
            {
                WriteTiles(writer, plan, hasSinks, "target", "call->Output.RowStride");
                writer.Line("return;");
            }

            writer.Line();
        }

        writer.Line($"float* outputs = At(workspace, {atOnce.Tile("Outputs")}At);");
        using (writer.Block("if (finite)"))
        {
            WriteTiles(writer, plan, hasSinks, "outputs", "PaddedValueDim");
        }

        using (writer.Block("else"))
        {
            writer.Line("new Span<float>(outputs, TileRows * PaddedValueDim).Clear();");
            if (hasSinks)
            {
                writer.Line("ExactValues.Accumulate(first, ScoreStride, TileRows, sinkValues, PaddedValueDim, outputs, sinkCount);");
            }

            writer.Line("ExactValues.Accumulate(weights, ScoreStride, TileRows, values, PaddedValueDim, outputs, to - from);");
        }

        writer.Line();
        writer.Line("CopyRows(outputs, finite ? null : factors, target, call->Output.RowStride, rows);");
    }

    // Past the sinks, the first panels' keys are seen only where the window reaches back to them.
    private static string Visible(KernelPlan plan)
    {
        KeyPass pass = plan.Passes[0];
        return $"{pass.First("query")} < SinkKeys ? sinkKeys : Math.Min(sinkKeys, Sinks{pass.Suffix})";
    }

    private static void WriteTiles(CodeWriter writer, KernelPlan plan, bool hasSinks, string outputs, string stride)
    {
        int column = 0;
        foreach (int width in plan.ValueTiles())
        {
            string offset = column == 0 ? string.Empty : $" + {column}";
            string sinks = hasSinks ? $", first, sinkValues{offset}, sinkCount" : string.Empty;
            writer.Line($"ValuesAtOnce{width}(weights, values{offset}, {outputs}{offset}, to - from, (nint){stride}, factors{sinks});");
            column += width * plan.Dialect.Lanes;
        }
    }

    private static void WriteCopy(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("// The first rows of a tile, times their factors where they are given, to where they belong.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void CopyRows(float* outputs, float* factors, float* target, long stride, int rows)"))
        using (writer.Block("for (int r = 0; r < rows; r++)"))
        {
            Dialect dialect = plan.Dialect;
            writer.Line("float factor = factors == null ? 1f : factors[r];");
            writer.Line($"{dialect.Float} all = {dialect.Broadcast("factor")};");
            writer.Line("float* output = outputs + (r * PaddedValueDim);");
            writer.Line("float* row = target + (r * stride);");
            Columns.Write(writer, dialect, 0, plan.Shape.ValueDim, (part, index) =>
                part.Store(part.Multiply(part.Load("output", index), part == dialect ? "all" : "factor"), "row", index));
        }
    }

    private static void WriteCheck(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        int checks = System.Math.Min(ChecksInFlight, plan.ValueVectors);
        writer.Line("// Whether rows of values that are read where they are hold neither infinity nor NaN.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static bool AreFinite(float* values, int rows)"))
        {
            writer.Line($"{dialect.Float} zeros = {dialect.Zero}, {string.Join(", ", Enumerable.Range(0, checks).Select(n => $"check{n} = zeros"))};");
            using (writer.Block("for (; rows > 0; rows--, values += PaddedValueDim)"))
            {
                for (int v = 0; v < plan.ValueVectors; v++)
                {
                    string check = $"check{v % checks}";
                    writer.Line($"{check} = {dialect.MultiplyAdd(dialect.Load("values", Literals.Of(v * dialect.Lanes)), "zeros", check)};");
                }
            }

            writer.Line();
            string sum = Enumerable.Range(1, checks - 1).Aggregate("check0", (all, n) => dialect.Add(all, $"check{n}"));
            writer.Line($"return {dialect.SumLanes(sum)} == 0f;");
        }
    }
}
