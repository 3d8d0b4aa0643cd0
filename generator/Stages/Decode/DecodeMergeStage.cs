using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>What a part of a decoding step leaves of each row, and how the parts come together: by their log-sum-exps, in the order of their keys.</summary>
internal static class DecodeMergeStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, DecodePlan decode)
    {
        WriteLeave(writer, plan);
        WriteMerge(writer, plan);
        writer.Line();
        writer.Line($"// Where a part's rows stand: {decode.ValueStride} outputs, then sums of weights by lane, then the maximum.");
        writer.Line("private static float* PartRows(AttentionCall* call, int kvHead, int part, int rows) =>");
        writer.Line("    call->Cut.Partials + ((((long)kvHead * call->Cut.Parts) + part) * rows * PartRow);");
    }

    private static void WriteLeave(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void LeavePart(AttentionCall* call, int kvHead, int part, int rows, byte* workspace)"))
        {
            writer.Line("float* target = PartRows(call, kvHead, part, rows);");
            using (writer.Block("for (int r = 0; r < rows; r++, target += PartRow)"))
            {
                writer.Line("float* output = At(workspace, OutputsAt) + (r * PaddedValueDim);");
                Columns.Write(writer, dialect, 0, plan.PaddedValueDim, static (target, index) => target.Store(target.Load("output", index), "target", index));
                writer.Line($"{dialect.Float} sums = {dialect.Load("At(workspace, RowSumAt)", "(r * Lanes)")};");
                writer.Line(dialect.Store("sums", "target", "PartSums"));
                writer.Line("target[PartMax] = At(workspace, RowMaxAt)[r];");
            }
        }
    }

    private static void WriteMerge(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line("// Every part is taken relative to the highest maximum; those that saw no key add nothing.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void MergeParts(AttentionCall* call, int kvHead, int rows, byte* workspace)"))
        using (writer.Block("for (int r = 0; r < rows; r++)"))
        {
            writer.Line("float* first = PartRows(call, kvHead, 0, rows) + (r * PartRow);");
            writer.Line("int next = rows * PartRow, parts = call->Cut.Parts;");
            writer.Line("float highest = float.NegativeInfinity;");
            using (writer.Block("for (int p = 0; p < parts; p++)"))
            {
                writer.Line("highest = MathF.Max(highest, first[(p * next) + PartMax]);");
            }

            writer.Line();
            writer.Line("float* output = At(workspace, OutputsAt) + (r * PaddedValueDim);");
            writer.Line("new Span<float>(output, PaddedValueDim).Clear();");
            writer.Line($"{dialect.Float} total = {dialect.Zero};");
            using (writer.Block("for (int p = 0; p < parts; p++)"))
            {
                writer.Line("float* part = first + (p * next);");
                using (writer.Block("if (part[PartMax] == float.NegativeInfinity)"))
                {
                    writer.Line("continue;");
                }

                writer.Line();
                writer.Line($"{dialect.Float} factor = {dialect.Exp2(dialect.Broadcast("part[PartMax] - highest"))};");
                writer.Line($"total = {dialect.MultiplyAdd(dialect.Load("part", "PartSums"), "factor", "total")};");
                Columns.Write(writer, dialect, 0, plan.PaddedValueDim, static (target, index) => target.Store(target.MultiplyAdd(target.Load("part", index), "factor", target.Load("output", index)), "output", index));
            }

            writer.Line();
            writer.Line(dialect.Store("total", "At(workspace, RowSumAt)", "(r * Lanes)"));
            writer.Line("At(workspace, RowMaxAt)[r] = highest;");
        }
    }
}
