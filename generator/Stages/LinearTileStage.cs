using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>A tile of queries: what the state holds for them, what the keys of their own chunk add, and the quotient of the two sums.</summary>
internal static class LinearTileStage
{
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        WriteChunk(writer, plan);
        writer.Line();
        WriteTile(writer, plan);
        if (plan.IsCausal)
        {
            writer.Line();
            WriteWithin(writer, plan);
        }

        writer.Line();
        WriteExact(writer, plan);
    }

    private static void WriteChunk(CodeWriter writer, LinearPlan plan)
    {
        string typed = plan.IsCausal ? ", int stand, int count, bool finite" : string.Empty;
        writer.Line("// Queries [first, first + rows) of one head, tile by tile." + (plan.IsCausal ? " The first stands at key stand of the chunk's count." : string.Empty));
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void AttendChunk(AttentionCall* call, WorkItem work, int head, int first, int rows{typed}, byte* workspace)"))
        {
            writer.Line("PrepareQueries(call, work, head, first, rows, workspace);");
            using (writer.Block("for (int tile = 0; tile < rows; tile += TileRows)"))
            {
                writer.Line("// Asked for meanwhile: what the next tile writes, and a tile of the next chunk's queries.");
                writer.Line("CachePrefetch.Rows(call->Output.Head(work.Batch, head), call->Output.RowStride, first + tile + TileRows, TileRows, work.Rows, ValueDim);");
                writer.Line("CachePrefetch.Rows(call->Query.Head(work.Batch, head), call->Query.RowStride, first + tile + Chunk, TileRows, work.Rows, HeadDim);");
                string passed = plan.IsCausal ? ", stand + tile, count, finite" : string.Empty;
                writer.Line($"AttendTile(call, work, head, first + tile, Math.Min(TileRows, rows - tile), At(workspace, QueryFeaturesAt) + (tile * FeatureStride){passed}, workspace);");
            }
        }
    }

    private static void WriteTile(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        string typed = plan.IsCausal ? ", int stand, int count, bool finite" : string.Empty;
        writer.Line("// output = features * state / (features * sums of the keys' features)" + (plan.IsCausal ? ", both with the keys of the chunk up to the query." : "."));
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void AttendTile(AttentionCall* call, WorkItem work, int head, int first, int rows, float* features{typed}, byte* workspace)"))
        {
            writer.Line("float* outputs = At(workspace, OutputsAt), featureSum = At(workspace, FeatureSumAt);");
            WriteValueTiles(writer, plan, "ReadState", "features", "At(workspace, StateAt)", "Features");
            if (plan.IsCausal)
            {
                writer.Line("float* rowSum = At(workspace, RowSumAt);");
                writer.Line("new Span<float>(rowSum, TileRows).Clear();");
                using (writer.Block("if (count > 0)"))
                {
                    writer.Line("AttendWithin(features, stand, count, finite, outputs, rowSum, workspace);");
                }

                writer.Line();
            }

            writer.Line("float* target = call->Output.Head(work.Batch, head) + (first * call->Output.RowStride);");
            using (writer.Block("for (int r = 0; r < rows; r++, features += FeatureStride, outputs += PaddedValueDim, target += call->Output.RowStride)"))
            {
                WriteQuotient(writer, plan);
            }
        }
    }

    private static void WriteQuotient(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line($"{dialect.Float} sum = {dialect.Zero};");
        writer.Line("float total = " + (plan.IsCausal ? "rowSum[r];" : "0f;"));
        Columns.Write(writer, dialect, 0, plan.Map.Features, (target, index) => target == dialect
            ? $"sum = {target.MultiplyAdd(target.Load("features", index), target.Load("featureSum", index), "sum")};"
            : $"total += features[{index}] * featureSum[{index}];");
        writer.Line($"total += {dialect.SumLanes("sum")};");
        using (writer.Block("if (total < LeastTotal)"))
        {
            if (plan.HasState)
            {
                using (writer.Block("if (call->States != null)"))
                {
                    writer.Line("// Earlier keys are gone: what the state kept of them, in double precision.");
                    writer.Line("int seen = Math.Min(stand + r + 1, count);");
                    writer.Line("FeatureStateRow.Write(features, Features, At(workspace, StateAt), PaddedValueDim, featureSum, At(workspace, KeyFeaturesAt), Chunk, At(workspace, ValuesAt), seen, ValueDim, target);");
                    writer.Line("continue;");
                }

                writer.Line();
            }

            writer.Line("ComputeExactly(call, work, head, first + r, target, workspace);");
            writer.Line("continue;");
        }

        writer.Line();
        writer.Line("float factor = 1f / total;");
        writer.Line($"{dialect.Float} factors = {dialect.Broadcast("factor")};");
        Columns.Write(writer, dialect, 0, plan.Base.Shape.ValueDim, (target, index) =>
            target.Store(target.Multiply(target.Load("outputs", index), target == dialect ? "factors" : "factor"), "target", index));
    }

    private static void WriteWithin(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("// The keys of the chunk that the tile sees: weights = features of queries * features of keys, zero past the query, and their sums; outputs += weights * values.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AttendWithin(float* features, int stand, int count, bool finite, float* outputs, float* rowSum, byte* workspace)"))
        {
            writer.Line("float* scores = At(workspace, ScoresAt), keys = At(workspace, KeyFeaturesAt), values = At(workspace, ValuesAt);");
            writer.Line("int seen = Math.Min(stand + TileRows, count);");
            writer.Line("int vectors = (seen + Lanes - 1) / Lanes;");
            LinearKeyStage.WriteVectorTiles(writer, dialect, "vectors", "Scores", "features, keys + (v * Lanes), scores + (v * Lanes), Features");
            writer.Line();
            using (writer.Block("for (int r = 0; r < TileRows; r++)"))
            {
                writer.Line("float* row = scores + (r * ScoreStride);");
                writer.Line($"{dialect.Float} last = {dialect.Broadcast("(float)(stand + r)")}, sum = {dialect.Zero};");
                using (writer.Block("for (int i = 0; i < seen; i += Lanes)"))
                {
                    writer.Line($"{dialect.Float} index = {dialect.Add(dialect.Broadcast("(float)i"), dialect.LaneIndex)};");
                    writer.Line($"{dialect.Float} weight = {dialect.Select(dialect.AtMost("index", "last"), dialect.Load("row", "i"), dialect.Zero)};");
                    writer.Line(dialect.Store("weight", "row", "i"));
                    writer.Line($"sum = {dialect.Add("sum", "weight")};");
                }

                writer.Line($"rowSum[r] = {dialect.SumLanes("sum")};");
            }

            writer.Line();
            using (writer.Block("if (finite)"))
            {
                WriteValueTiles(writer, plan, "Values", "scores", "values", "seen");
            }

            using (writer.Block("else"))
            {
                writer.Line("ExactValues.Accumulate(scores, ScoreStride, TileRows, values, PaddedValueDim, outputs, seen);");
            }
        }
    }

    private static void WriteExact(CodeWriter writer, LinearPlan plan)
    {
        string matrix = plan.Map.IsProjected ? "call->FeatureRows" : "null";
        writer.Line("// A row whose sum of weights fell below the range of exponents, from its keys anew in double precision.");
        using (writer.Block("private static void ComputeExactly(AttentionCall* call, WorkItem work, int head, int index, float* target, byte* workspace)"))
        {
            writer.Line("double* scratch = (double*)(workspace + ExactStateAt);");
            writer.Line("float* query = (float*)(scratch + Features + ValueDim), keys = At(workspace, ExactKeysAt);");
            writer.Line("float* values = call->Value.Head(work.Batch, work.KvHead);");
            writer.Line("EncodeQueries(call, work, head, index, 1, query);");
            writer.Line($"ExactFeatureRow row = new({(int)plan.Map.Function}, {matrix}, Features, HeadDim, ValueDim, query, scratch);");
            writer.Line("int end = " + (plan.IsCausal ? "Math.Min(work.KeyLength, index + call->AlignmentOffset + 1);" : "work.KeyLength;"));
            using (writer.Block("for (int block = 0; block < end; block += Chunk)"))
            {
                writer.Line("int count = Math.Min(Chunk, end - block);");
                writer.Line("EncodeKeys(call, work, work.KvHead, block, count, keys);");
                writer.Line("row.Add(keys, values + (block * call->Value.RowStride), call->Value.RowStride, count);");
            }

            writer.Line();
            writer.Line("row.Write(target);");
        }
    }

    private static void WriteValueTiles(CodeWriter writer, LinearPlan plan, string product, string weights, string values, string count)
    {
        int column = 0;
        foreach (int width in plan.Base.ValueTiles())
        {
            string offset = column == 0 ? string.Empty : $" + {column}";
            writer.Line($"{product}{width}({weights}, {values}{offset}, outputs{offset}, {count});");
            column += width * plan.Dialect.Lanes;
        }
    }
}
