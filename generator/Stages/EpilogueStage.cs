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
            if (plan.HasSinkLogits)
            {
                writer.Line("float sink = call->SinkLogits[head] * Log2OfE;");
            }

            writer.Line("float* target = call->Output.Head(work.Batch, head) + (work.FirstRow * call->Output.RowStride);");
            if (!adds)
            {
                writer.Line("float* logSumExp = call->LogSumExp == null ? null : call->LogSumExp + ((((long)work.Batch * Heads) + head) * call->QueryLength) + work.FirstRow;");
            }

            using (writer.Block("for (int r = 0; r < work.Rows; r++)"))
            {
                writer.Line($"float total = {dialect.SumLanes(dialect.Load("rowSum", "(r * Lanes)"))};");
                writer.Line("float highest = rowMax[r];");
                if (plan.HasSinkLogits)
                {
                    WriteSink(writer);
                }

                writer.Line($"float factor = total == 0f ? 0f : {Numerator(plan)} / total;");
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
                    writer.Line("    logSumExp[r] = total == 0f ? float.NegativeInfinity : (highest * NaturalLogOf2) + MathF.Log(total);");
                    writer.Line("}");
                }
            }
        }
    }

    // The sink may be far above or below every score: both are taken relative to the higher one.
    private static void WriteSink(CodeWriter writer)
    {
        writer.Line("// The head's sink joins the sum as one more key, without a value.");
        writer.Line("float seen = highest;");
        writer.Line("highest = MathF.Max(seen, sink);");
        writer.Line("float kept = seen == float.NegativeInfinity ? 0f : VectorMath.Exp2(seen - highest);");
        writer.Line("total = highest == float.NegativeInfinity ? 0f : (total * kept) + VectorMath.Exp2(sink - highest);");
    }

    private static string Numerator(KernelPlan plan) => (plan.Branches.Count > 1, plan.HasSinkLogits) switch
    {
        (true, true) => "coefficient * kept",
        (true, false) => "coefficient",
        (false, true) => "kept",
        _ => "1f",
    };

    private static void WriteColumns(CodeWriter writer, KernelPlan plan, Func<Dialect, string, string, string> result) =>
        Columns.Write(writer, plan.Dialect, 0, plan.Shape.ValueDim, (target, index) =>
        {
            string product = target.Multiply(target.Load("output", index), target == plan.Dialect ? "factors" : "factor");
            return target.Store(result(target, product, index), "row", index);
        });
}
