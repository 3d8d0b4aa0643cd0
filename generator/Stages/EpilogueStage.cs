using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Divides a chunk's outputs by their sums of weights and writes them, with the log-sum-exp where it is wanted.</summary>
internal static class EpilogueStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line("// output = outputs / rowSum; a row that saw no key gives zeros and a log-sum-exp of -infinity.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void Finish(AttentionCall* call, WorkItem work, int head, float* outputs, float* rowSum, float* rowMax)"))
        {
            writer.Line("float* target = call->Output.Head(work.Batch, head) + (work.FirstRow * call->Output.RowStride);");
            writer.Line("float* logSumExp = call->LogSumExp == null ? null : call->LogSumExp + ((((long)work.Batch * Heads) + head) * call->QueryLength) + work.FirstRow;");
            using (writer.Block("for (int r = 0; r < work.Rows; r++)"))
            {
                writer.Line($"float total = {dialect.SumLanes(dialect.Load("rowSum", "(r * Lanes)"))};");
                writer.Line("float factor = total == 0f ? 0f : 1f / total;");
                writer.Line($"{dialect.Float} factors = {dialect.Broadcast("factor")};");
                writer.Line("float* output = outputs + (r * PaddedValueDim);");
                writer.Line("float* row = target + (r * call->Output.RowStride);");
                Columns.Write(writer, dialect, 0, plan.Shape.ValueDim, (target, index) =>
                    target.Store(target.Multiply(target.Load("output", index), target == dialect ? "factors" : "factor"), "row", index));
                using (writer.Block("if (logSumExp != null)"))
                {
                    writer.Line("logSumExp[r] = total == 0f ? float.NegativeInfinity : (rowMax[r] * NaturalLogOf2) + MathF.Log(total);");
                }
            }
        }
    }
}
