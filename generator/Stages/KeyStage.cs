using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Packs a block of keys into panels: <c>[block / lanes, head dim, lanes]</c>, so that one load gives one feature of as many keys as there are lanes.</summary>
internal static class KeyStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        string note = plan.RowTransform is { } transform ? $", rotated by their positions ({transform.Encoding.Name})" : string.Empty;
        writer.Line($"// Keys [from, to) of one head{note}, transposed into panels of {dialect.Lanes}; the last panel's missing keys are zero.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void PackKeys{pass.Suffix}(AttentionCall* call, WorkItem work, int block, int from, int to, float* panels{Extra(plan, pass, typed: true)})"))
        {
            writer.Line($"float* source = call->Key.Head(work.Batch, work.KvHead){(plan.IsSplit ? " + feature" : string.Empty)};");
            using (writer.Block("for (int first = from; first < to; first += Lanes)"))
            {
                writer.Line("int count = Math.Min(Lanes, to - first);");
                writer.Line("float* panel = panels + ((first - block) * QueryDim);");
                if (pass.IsIndexed)
                {
                    WriteIndices(writer, pass);
                }

                if (plan.Cache is not null)
                {
                    CacheStage.WritePanel(writer, plan, pass);
                }

                if (!plan.TransformsKeys && pass.Range.Landmarks == 0)
                {
                    string panel = $"source + ({pass.IndexOf("first")} * call->Key.RowStride)";
                    AheadStage.WritePanel(writer, plan, pass, panel);
                    writer.Line($"PanelPacking.Transpose{dialect.Lanes}({panel}, {AheadStage.Stride(pass, "Key")}, count, QueryDim, panel);");
                    return;
                }

                WriteRows(writer, plan, pass);
            }
        }
    }

    /// <summary>Arguments after the panels, as declared (<paramref name="typed"/>) or as passed.</summary>
    public static string Extra(KernelPlan plan, KeyPass pass, bool typed)
    {
        string text = string.Empty;
        if (plan.CollectsKeyRows)
        {
            text += typed ? ", float* keyRows" : ", At(workspace, KeyRowsAt)";
        }

        if (plan.QkNorm != QkNormModifier.None)
        {
            text += typed ? ", float* normalised" : ", At(workspace, NormalisedRowAt)";
        }

        if (pass.IsIndexed)
        {
            text += typed ? ", float* keyIndices" : ", At(workspace, KeyIndicesAt)";
        }

        return text + (plan.IsSplit ? typed ? ", int feature" : ", feature" : string.Empty);
    }

    private static void WriteIndices(CodeWriter writer, KeyPass pass)
    {
        writer.Line("// Missing keys of the last panel stand past every query.");
        using (writer.Block("for (int r = 0; r < Lanes; r++)"))
        {
            writer.Line($"keyIndices[first - block + r] = r < count ? {pass.IndexOf("first + r")} : float.MaxValue;");
        }

        writer.Line();
    }

    private static void WriteRows(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        using (writer.Block("for (int r = 0; r < count; r++)"))
        {
            writer.Line($"int index = {pass.IndexOf("first + r")};");
            writer.Line("float* row = source + (index * call->Key.RowStride);");
            AheadStage.WriteKeyRow(writer, plan, pass, "Key", "QueryDim");
            writer.Line("float* target = keyRows + (r * QueryDim);");
            QueryStage.WriteNormalisedRow(writer, plan, "Key");
            QueryStage.WriteRotationRow(writer, plan, "Key", "index");
            foreach (FeatureRun run in QueryStage.Runs(plan))
            {
                Columns.Write(writer, plan.Dialect, run.From, run.To, (target, index) => target.Store(run.Expression(target, index), "target", index));
            }
        }

        writer.Line();
        writer.Line($"PanelPacking.Transpose{plan.Dialect.Lanes}(keyRows, QueryDim, count, QueryDim, panel);");
    }
}
