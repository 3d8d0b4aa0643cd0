using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The features of a chunk of keys as [features, chunk]: each key a column, so that the same buffer serves as weights of the state's sum and as values of the scores.</summary>
internal static class LinearKeyStage
{
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        writer.Line($"// Features of keys [block, block + count): {plan.Map.Formula}, [features, chunk]; missing keys of the last register are zero.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void PrepareKeys(AttentionCall* call, WorkItem work, int block, int count, byte* workspace)"))
        {
            writer.Line("float* panels = At(workspace, KeyPanelsAt), features = At(workspace, KeyFeaturesAt), chunkSum = At(workspace, ChunkSumAt);");
            WritePanels(writer, plan);
            if (plan.IsExponential)
            {
                WriteNorms(writer, plan);
            }

            if (plan.Map.IsProjected)
            {
                WriteProjection(writer, plan);
            }

            writer.Line();
            using (writer.Block("for (int f = 0; f < Features; f++)"))
            {
                if (plan.IsExponential)
                {
                    WriteExponentials(writer, plan);
                }
                else
                {
                    WriteMap(writer, plan);
                }
            }
        }

        writer.Line();
        LinearRowStage.Write(writer, plan, "EncodeKeys", "Key", maps: false);
    }

    /// <summary>A loop over <paramref name="vectors"/> registers in tiles of a product; <c>v</c> is the first register of a tile.</summary>
    public static void WriteVectorTiles(CodeWriter writer, Dialect dialect, string vectors, string product, string arguments)
    {
        using (writer.Block($"for (int v = 0; v < {vectors}; v += {dialect.TileVectors})"))
        using (writer.Block($"switch ({vectors} - v)"))
        {
            for (int width = 1; width <= dialect.TileVectors; width++)
            {
                writer.Line(width == dialect.TileVectors ? "default:" : $"case {width}:");
                writer.Line($"    {product}{width}({arguments});");
                writer.Line("    break;");
            }
        }
    }

    private static void WritePanels(CodeWriter writer, LinearPlan plan)
    {
        if (!plan.CollectsKeyRows)
        {
            writer.Line("float* source = call->Key.Head(work.Batch, work.KvHead);");
        }

        using (writer.Block("for (int first = 0; first < count; first += Lanes)"))
        {
            writer.Line("int left = Math.Min(Lanes, count - first);");
            if (plan.CollectsKeyRows)
            {
                writer.Line("float* rows = At(workspace, KeyRowsAt);");
                writer.Line("EncodeKeys(call, work, work.KvHead, block + first, left, rows);");
                writer.Line($"PanelPacking.Transpose{plan.Dialect.Lanes}(rows, HeadDim, left, HeadDim, panels + (first * HeadDim));");
            }
            else
            {
                writer.Line($"PanelPacking.Transpose{plan.Dialect.Lanes}(source + ((block + first) * call->Key.RowStride), call->Key.RowStride, left, HeadDim, panels + (first * HeadDim));");
            }
        }
    }

    private static void WriteNorms(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line("// |key|^2 / 2; infinite for missing keys, whose features are then 2^-infinity = 0.");
        writer.Line("float* norms = At(workspace, KeyNormsAt);");
        using (writer.Block("for (int i = 0; i < count; i += Lanes)"))
        {
            writer.Line("float* panel = panels + (i * HeadDim);");
            writer.Line($"{dialect.Float} squares = {dialect.Zero};");
            using (writer.Block("for (int c = 0; c < HeadDim; c++)"))
            {
                writer.Line($"{dialect.Float} x = {dialect.Load("panel", "(c * Lanes)")};");
                writer.Line($"squares = {dialect.MultiplyAdd("x", "x", "squares")};");
            }

            writer.Line($"squares = {dialect.Multiply("squares", dialect.Broadcast("HalfLogOf2"))};");
            if (dialect.Lanes > 1)
            {
                WriteTail(writer, dialect, "squares", dialect.Broadcast("float.PositiveInfinity"));
            }

            writer.Line(dialect.Store("squares", "norms", "i"));
        }
    }

    private static void WriteProjection(CodeWriter writer, LinearPlan plan)
    {
        writer.Line();
        writer.Line("int vectors = (count + Lanes - 1) / Lanes;");
        using (writer.Block("for (int f = 0; f < FeatureRows; f += TileRows)"))
        {
            WriteVectorTiles(writer, plan.Dialect, "vectors", "ProjectKeys", "call->FeatureRows + (f * HeadDim), panels + (v * Lanes * HeadDim), features + (f * Chunk) + (v * Lanes), HeadDim");
        }
    }

    private static void WriteMap(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("float* row = features + (f * Chunk);");
        writer.Line($"{dialect.Float} sum = {dialect.Zero};");
        using (writer.Block("for (int i = 0; i < count; i += Lanes)"))
        {
            string x = plan.Map.IsProjected ? dialect.Load("row", "i") : dialect.Load("panels", "(i * HeadDim) + (f * Lanes)");
            writer.Line($"{dialect.Float} x = {x};");
            writer.Line($"{dialect.Float} value = {plan.Map.Apply(dialect, "x")};");
            if (dialect.Lanes > 1)
            {
                WriteTail(writer, dialect, "value", dialect.Zero);
            }

            writer.Line(dialect.Store("value", "row", "i"));
            writer.Line($"sum = {dialect.Add("sum", "value")};");
        }

        writer.Line($"chunkSum[f] = {dialect.SumLanes("sum")};");
    }

    private static void WriteTail(CodeWriter writer, Dialect dialect, string value, string missing)
    {
        using (writer.Block("if (count - i < Lanes)"))
        {
            writer.Line($"{value} = {dialect.Select(dialect.AtMost(dialect.LaneIndex, dialect.Broadcast("(float)(count - i - 1)")), value, missing)};");
        }

        writer.Line();
    }

    /// <summary>Each feature keeps a running maximum of its own over the keys: then every feature's sum is at least 1, whatever the magnitude of the keys.</summary>
    private static void WriteExponentials(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("float* row = features + (f * Chunk), maxima = At(workspace, FeatureMaxAt);");
        writer.Line("float previous = maxima[f];");
        writer.Line($"{dialect.Float} highest = {dialect.Broadcast("previous")};");
        using (writer.Block("for (int i = 0; i < count; i += Lanes)"))
        {
            writer.Line($"{dialect.Float} x = {dialect.Subtract(dialect.Load("row", "i"), dialect.Load("norms", "i"))};");
            writer.Line(dialect.Store("x", "row", "i"));
            writer.Line($"highest = {dialect.Maximum("x", "highest")}; // a NaN is left out: rows before its key don't see it");
        }

        writer.Line($"float current = {dialect.MaxLanes("highest")};");
        using (writer.Block("if (current > previous)"))
        {
            writer.Line("maxima[f] = current;");
            writer.Line("RescaleFeature(f, previous - current, workspace);");
        }

        writer.Line();
        writer.Line($"{dialect.Float} shift = {dialect.Broadcast("current == float.NegativeInfinity ? 0f : current")}, sum = {dialect.Zero};");
        using (writer.Block("for (int i = 0; i < count; i += Lanes)"))
        {
            writer.Line($"{dialect.Float} value = {plan.Map.Apply(dialect, dialect.Subtract(dialect.Load("row", "i"), "shift"))};");
            writer.Line(dialect.Store("value", "row", "i"));
            writer.Line($"sum = {dialect.Add("sum", "value")};");
        }

        writer.Line($"chunkSum[f] = {dialect.SumLanes("sum")};");
    }

    /// <summary>What was summed under a lower maximum follows it when it moves.</summary>
    public static void WriteRescale(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("// What was summed of a feature under its maximum so far follows it: times 2^(previous - current), which is 0 before the first key.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void RescaleFeature(int f, float exponent, byte* workspace)"))
        {
            writer.Line("float factor = VectorMath.Exp2(exponent);");
            writer.Line($"{dialect.Float} factors = {dialect.Broadcast("factor")};");
            writer.Line("float* row = At(workspace, StateAt) + (f * PaddedValueDim);");
            writer.Line("At(workspace, FeatureSumAt)[f] *= factor;");
            Columns.Write(writer, dialect, 0, plan.Base.PaddedValueDim, static (target, index) =>
                target.Store(target.Multiply(target.Load("row", index), "factors"), "row", index));
        }
    }
}
