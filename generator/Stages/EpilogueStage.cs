using System;
using AttentionGen.Generator.Catalog;
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
                writer.Line($"float factor = total == 0f ? 0f : {Numerator(plan, adds)} / total;");
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

                if (plan.Mix is { } mix)
                {
                    WriteMix(writer, plan, mix);
                }
                else
                {
                    WriteColumns(writer, plan, static (_, product, _) => product);
                }

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

    private static string Numerator(KernelPlan plan, bool adds) =>
        adds ? "coefficient" : plan.Mix is { } mix ? Literals.Of((float)mix.Attended) : "1f";

    /// <summary>Each element of the local features is read right before the output's is written, so that both may be one tensor.</summary>
    private static void WriteMix(CodeWriter writer, KernelPlan plan, LocalMix mix)
    {
        string share = Literals.Of((float)mix.Local);
        writer.Line($"// Mixed with {share} times the local features.");
        writer.Line("float* local = call->Local.Head(work.Batch, head) + ((work.FirstRow + r) * call->Local.RowStride);");
        WriteColumns(writer, plan, (target, product, index) => target.MultiplyAdd(target.Load("local", index), target.Broadcast(share), product));
    }

    private static void WriteColumns(CodeWriter writer, KernelPlan plan, Func<Dialect, string, string, string> result) =>
        Columns.Write(writer, plan.Dialect, 0, plan.Shape.ValueDim, (target, index) =>
        {
            string product = target.Multiply(target.Load("output", index), target == plan.Dialect ? "factors" : "factor");
            return target.Store(result(target, product, index), "row", index);
        });
}
