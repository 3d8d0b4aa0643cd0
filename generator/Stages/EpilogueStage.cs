using System;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Divides a chunk's outputs by their sums of weights and writes them, with the log-sum-exp where it is wanted.</summary>
internal static class EpilogueStage
{
    /// <summary>Where the log-sum-exps of a work item's rows go, as C#, or null where they aren't wanted.</summary>
    public const string LogSumExpRows = "call->LogSumExp == null ? null : call->LogSumExp + ((((long)work.Batch * Heads) + head) * call->LogSumExpStride) + work.FirstRow";

    /// <summary>The statement that sets a row's, from <c>total</c> and <c>highest</c>.</summary>
    public const string SetLogSumExp = "logSumExp[r] = total == 0f ? float.NegativeInfinity : (highest * NaturalLogOf2) + MathF.Log(total);";

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
                writer.Line($"float* logSumExp = {LogSumExpRows};");
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
                AheadStage.WriteRow(writer, plan, "call->Output.RowStride", Literals.Of(plan.Shape.ValueDim));
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
                    writer.Line("    " + SetLogSumExp);
                    writer.Line("}");
                }
            }
        }
    }

    /// <summary>Each element of the local features is read right before the output's is written, so that both may be one tensor.</summary>
    private static void WriteMix(CodeWriter writer, KernelPlan plan, LocalMix mix)
    {
        string share = Literals.Of((float)mix.Local);
        writer.Line($"// Mixed with {share} times the local features.");
        writer.Line("float* local = call->Local.Head(work.Batch, head) + ((work.FirstRow + r) * call->Local.RowStride);");
        WriteColumns(writer, plan, (target, product, index) => target.MultiplyAdd(target.Load("local", index), target.Broadcast(share), product));
    }

    /// <summary>The learned logit joins <c>total</c> and <c>highest</c>. It may be far above or below every score: both are taken relative to the higher one.</summary>
    public static void WriteSink(CodeWriter writer)
    {
        writer.Line("// The head's sink joins the sum as one more key, without a value.");
        writer.Line("float seen = highest;");
        writer.Line("highest = MathF.Max(seen, sink);");
        writer.Line("float kept = seen == float.NegativeInfinity ? 0f : VectorMath.Exp2(seen - highest);");
        writer.Line("total = highest == float.NegativeInfinity ? 0f : (total * kept) + VectorMath.Exp2(sink - highest);");
    }

    /// <summary>What the weighted values are divided by the sum of weights of.</summary>
    public static string Numerator(KernelPlan plan)
    {
        string share = plan.Branches.Count > 1 ? "coefficient" : Literals.Of((float)(plan.Mix?.Attended ?? 1));
        return plan.HasSinkLogits ? $"{share} * kept" : share;
    }

    private static void WriteColumns(CodeWriter writer, KernelPlan plan, Func<Dialect, string, string, string> result) =>
        Columns.Write(writer, plan.Dialect, 0, plan.Shape.ValueDim, (target, index) =>
        {
            string product = target.Multiply(target.Load("output", index), target == plan.Dialect ? "factors" : "factor");
            return target.Store(result(target, product, index), "row", index);
        });
}
