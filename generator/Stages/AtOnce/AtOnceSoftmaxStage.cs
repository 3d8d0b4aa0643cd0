using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The softmax of a tile whose scores are all there: the weights, what their values are multiplied by in the end, and the log-sum-exp where it is wanted.</summary>
internal static class AtOnceSoftmaxStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        string vector = dialect.Float;
        writer.Line("// Scores [tile rows, count] become weights 2^(score - highest), and factors the inverses of their sums; a row that sees no key has a factor of 0.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void SoftmaxAtOnce(AttentionCall* call, WorkItem work, int head, int first, int rows, float* scores, int count, float* tileMax, float* factors)"))
        {
            writer.Line($"float* logSumExp = {EpilogueStage.LogSumExpRows} + first;");
            if (plan.HasSinkLogits)
            {
                writer.Line("float sink = call->SinkLogits[head] * Log2OfE;");
            }

            using (writer.Block("for (int r = 0; r < TileRows; r++)"))
            {
                writer.Line($"float highest = {dialect.MaxLanes(dialect.Load("tileMax", "(r * Lanes)"))};");
                writer.Line("// A row that sees no key keeps weights of 2^-infinity = 0.");
                writer.Line($"{vector} shift = {dialect.Broadcast("highest == float.NegativeInfinity ? 0f : highest")}, sum = {dialect.Zero};");
                writer.Line("float* row = scores + (r * ScoreStride);");
                SoftmaxStage.WriteWeights(writer, dialect);
                writer.Line($"float total = {dialect.SumLanes("sum")};");
                if (plan.HasSinkLogits)
                {
                    EpilogueStage.WriteSink(writer);
                }

                writer.Line($"factors[r] = total == 0f ? 0f : {EpilogueStage.Numerator(plan)} / total;");
                using (writer.Block("if (logSumExp != null && r < rows)"))
                {
                    writer.Line(EpilogueStage.SetLogSumExp);
                }
            }
        }
    }
}
