using System;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Divides a chunk's outputs by their sums of weights and writes them, with the log-sum-exp where it is wanted.</summary>
internal static class EpilogueStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        bool adds = plan.Branches.Count > 1;
        writer.Line();
        writer.Line("// output = outputs / rowSum; a row that saw no key gives zeros and a log-sum-exp of -infinity.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        if (adds)
        {
            writer.Line("// Several softmaxes: each is multiplied by its coefficient, and all but the first are added to what stands there.");
        }

        using (writer.Block($"private static void Finish(AttentionCall* call, WorkItem work, int head, float* outputs, float* rowSum, float* rowMax{(adds ? ", float coefficient, bool add" : string.Empty)})"))
        {
            writer.Line("float* target = call->Output.Head(work.Batch, head) + (work.FirstRow * call->Output.RowStride);");
            if (!adds)
            {
                writer.Line("float* logSumExp = call->LogSumExp == null ? null : call->LogSumExp + ((((long)work.Batch * Heads) + head) * call->QueryLength) + work.FirstRow;");
            }

            using (writer.Block("for (int r = 0; r < work.Rows; r++)"))
            {
                writer.Line($"float total = {dialect.SumLanes(dialect.Load("rowSum", "(r * Lanes)"))};");
                writer.Line($"float factor = total == 0f ? 0f : {(adds ? "coefficient" : "1f")} / total;");
                writer.Line($"{dialect.Float} factors = {dialect.Broadcast("factor")};");
                writer.Line("float* output = outputs + (r * PaddedValueDim);");
                writer.Line("float* row = target + (r * call->Output.RowStride);");
                if (adds)
                {
                    using (writer.Block("if (add)"))
                    {
                        WriteColumns(writer, plan, static (target, product, index) => target.Add(target.Load("row", index), product));
                        writer.Line("continue;");
                    }

                    writer.Line();
                }

                WriteColumns(writer, plan, static (_, product, _) => product);
                if (!adds)
                {
                    writer.Line("if (logSumExp != null)");
                    writer.Line("{");
                    writer.Line("    logSumExp[r] = total == 0f ? float.NegativeInfinity : (rowMax[r] * NaturalLogOf2) + MathF.Log(total);");
                    writer.Line("}");
                }
            }
        }
    }

    private static void WriteColumns(CodeWriter writer, KernelPlan plan, Func<Dialect, string, string, string> result) =>
        Columns.Write(writer, plan.Dialect, 0, plan.Shape.ValueDim, (target, index) =>
        {
            string product = target.Multiply(target.Load("output", index), target == plan.Dialect ? "factors" : "factor");
            return target.Store(result(target, product, index), "row", index);
        });
}
