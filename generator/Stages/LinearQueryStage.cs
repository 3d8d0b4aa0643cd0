using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The features of a chunk of queries, [chunk, features].</summary>
internal static class LinearQueryStage
{
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        writer.Line($"// Features of queries [first, first + rows): {(plan.IsExponential ? "exp(x), relative to the row's largest" : plan.Map.Formula)}. Rows past the last, up to a whole tile, are of a query of zeros.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void PrepareQueries(AttentionCall* call, WorkItem work, int head, int first, int rows, byte* workspace)"))
        {
            writer.Line("float* features = At(workspace, QueryFeaturesAt);");
            writer.Line("int padded = (rows + TileRows - 1) / TileRows * TileRows;");
            if (!plan.Map.IsProjected)
            {
                writer.Line("MapQueries(call, work, head, first, rows, features);");
                writer.Line("new Span<float>(features + (rows * FeatureStride), (padded - rows) * FeatureStride).Clear();");
            }
            else
            {
                WriteProjection(writer, plan);
                using (writer.Block("for (int r = 0; r < padded; r++)"))
                {
                    writer.Line("float* row = features + (r * FeatureStride);");
                    WriteMap(writer, plan);
                }
            }
        }

        writer.Line();
        if (!plan.Map.IsProjected)
        {
            LinearRowStage.Write(writer, plan, "MapQueries", "Query", maps: true);
            writer.Line();
        }

        LinearRowStage.Write(writer, plan, "EncodeQueries", "Query", maps: false);
    }

    private static void WriteProjection(CodeWriter writer, LinearPlan plan)
    {
        writer.Line("float* queries = At(workspace, QueryRowsAt);");
        writer.Line("EncodeQueries(call, work, head, first, rows, queries);");
        writer.Line("new Span<float>(queries + (rows * HeadDim), (padded - rows) * HeadDim).Clear();");
        int column = 0;
        foreach (int width in plan.Tiles(plan.FeatureStride / plan.Dialect.Lanes))
        {
            string offset = column == 0 ? string.Empty : $" + {column}";
            using (writer.Block("for (int r = 0; r < padded; r += TileRows)"))
            {
                writer.Line($"ProjectQueries{width}(queries + (r * HeadDim), call->FeatureColumns{offset}, features + (r * FeatureStride){offset}, HeadDim);");
            }

            column += width * plan.Dialect.Lanes;
        }

        writer.Line();
    }

    private static void WriteMap(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        if (!plan.IsExponential)
        {
            Columns.Write(writer, dialect, 0, plan.Map.Features, (target, index) =>
                $"{{ {target.Float} x = {target.Load("row", index)}; {target.Store(plan.Map.Apply(target, "x"), "row", index)} }}");
            return;
        }

        // The keys' features are relative to maxima of each feature, which the query's exponents take up; the row's own maximum cancels in the quotient.
        writer.Line("float* maxima = At(workspace, FeatureMaxAt);");
        writer.Line("float rest = float.NegativeInfinity;");
        writer.Line($"{dialect.Float} highest = {dialect.Broadcast("rest")};");
        Columns.Write(writer, dialect, 0, plan.Map.Features, (target, index) =>
            $"{{ {target.Float} x = {target.Add(target.Load("row", index), target.Load("maxima", index))}; {target.Store("x", "row", index)} {Highest(dialect, target)} }}");
        writer.Line($"float most = MathF.Max(rest, {dialect.MaxLanes("highest")});");
        writer.Line($"{dialect.Float} shift = {dialect.Broadcast("most")};");
        Columns.Write(writer, dialect, 0, plan.Map.Features, (target, index) =>
            target.Store(plan.Map.Apply(target, target.Subtract(target.Load("row", index), target == dialect ? "shift" : "most")), "row", index));
    }

    private static string Highest(Dialect dialect, Dialect target) => target == dialect
        ? $"highest = {target.Maximum("x", "highest")};"
        : $"rest = {target.Maximum("x", "rest")};";
}
