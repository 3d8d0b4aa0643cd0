using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Divides a thread's outputs by their rows' sums of weights and writes them, with the log-sum-exp where it is wanted.</summary>
internal static class GpuEpilogueStage
{
    public static void Write(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch, int n)
    {
        writer.Line("// output = outputs / rowSum; a row that saw no key gives zeros and a log-sum-exp of -infinity.");
        if (plan.Base.HasSinkLogits)
        {
            writer.Line("float sink = call.SinkLogits[head] * Log2OfE;");
        }

        for (int r = 0; r < plan.Tile.RowsPerThread; r++)
        {
            GpuSoftmaxStage.WriteAcrossRow(writer, $"rowSum{r}", static (a, b) => $"{a} + {b}");
            using (writer.Block($"if (firstRow + {r} < work.Rows)"))
            {
                WriteRow(writer, plan, branch, n, r);
            }
        }
    }

    private static void WriteRow(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch, int n, int r)
    {
        writer.Line($"float total = rowSum{r}, highest = rowMax{r};");
        if (plan.Base.HasSinkLogits)
        {
            writer.Line("// The head's sink joins the sum as one more key, without a value.");
            writer.Line("float seen = highest;");
            writer.Line("highest = MathF.Max(seen, sink);");
            writer.Line($"float kept = seen == float.NegativeInfinity ? 0f : {plan.Base.Dialect.Exp2("seen - highest")};");
            writer.Line($"total = highest == float.NegativeInfinity ? 0f : (total * kept) + {plan.Base.Dialect.Exp2("sink - highest")};");
        }

        string share = Literals.Of((float)(plan.Base.Branches.Count > 1 ? branch.Coefficient : plan.Base.Mix?.Attended ?? 1));
        writer.Line($"float factor = total == 0f ? 0f : {share}{(plan.Base.HasSinkLogits ? " * kept" : string.Empty)} / total;");
        writer.Line($"long row = work.OutputAt + ((firstRow + {r}) * call.OutputRowStride);");
        if (plan.Base.Mix is not null)
        {
            writer.Line($"long local = work.LocalAt + ((firstRow + {r}) * call.LocalRowStride);");
        }

        for (int c = 0; c < plan.Columns; c++)
        {
            string feature = GpuPlan.Feature(c);
            string store = $"call.Output[row + {feature}] = {Result(plan, n, r, c, feature)};";
            writer.Line(plan.PadsValues ? $"if ({feature} < ValueDim) {{ {store} }}" : store);
        }

        if (plan.Base.Branches.Count == 1)
        {
            writer.Line();
            using (writer.Block("if (call.HasLogSumExp != 0 && column == 0)"))
            {
                writer.Line($"call.LogSumExp[work.LogSumExpAt + firstRow + {r}] = total == 0f ? float.NegativeInfinity : (highest * NaturalLogOf2) + GpuMath.Log(total);");
            }
        }
    }

    // All softmaxes but the first are added to what this thread wrote before.
    private static string Result(GpuPlan plan, int n, int r, int c, string feature)
    {
        string product = $"output{r}_{c} * factor";
        return n > 0 ? $"call.Output[row + {feature}] + ({product})"
            : plan.Base.Mix is { } mix ? $"(call.Local[local + {feature}] * {Literals.Of((float)mix.Local)}) + ({product})"
            : product;
    }
}
