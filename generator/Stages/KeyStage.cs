using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Packs a block of keys into panels: <c>[block / lanes, head dim, lanes]</c>, so that one load gives one feature of as many keys as there are lanes.</summary>
internal static class KeyStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        string note = plan.RowTransform is { } transform ? $", rotated by their positions ({transform.Encoding.Name})" : string.Empty;
        writer.Line($"// Keys [from, to) of one head{note}, transposed into panels of {dialect.Lanes}; the last panel's missing keys are zero.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void PackKeys(AttentionCall* call, WorkItem work, int block, int from, int to, float* panels, float* keyRows)".Replace(", float* keyRows", plan.RowTransform is null ? string.Empty : ", float* keyRows")))
        {
            writer.Line("float* source = call->Key.Head(work.Batch, work.KvHead);");
            using (writer.Block("for (int first = from; first < to; first += Lanes)"))
            {
                writer.Line("int count = Math.Min(Lanes, to - first);");
                writer.Line("float* panel = panels + ((first - block) * HeadDim);");
                if (plan.RowTransform is null)
                {
                    writer.Line($"PanelPacking.Transpose{dialect.Lanes}(source + (first * call->Key.RowStride), call->Key.RowStride, count, HeadDim, panel);");
                    return;
                }

                using (writer.Block("for (int r = 0; r < count; r++)"))
                {
                    writer.Line("int index = first + r;");
                    writer.Line("float* row = source + (index * call->Key.RowStride);");
                    writer.Line("float* target = keyRows + (r * HeadDim);");
                    QueryStage.WriteRotationRow(writer, plan, "Key", "index");
                    foreach (FeatureRun run in QueryStage.Runs(plan))
                    {
                        Columns.Write(writer, dialect, run.From, run.To, (target, index) => target.Store(run.Expression(target, index), "target", index));
                    }
                }

                writer.Line();
                writer.Line($"PanelPacking.Transpose{dialect.Lanes}(keyRows, HeadDim, count, HeadDim, panel);");
            }
        }
    }
}
