using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>What happens once for each position and channel of a scan, before and after its states: step size, input and skip; then the gate.</summary>
internal static class ScanRowStage
{
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        WritePrepare(writer, plan);
        writer.Line();
        WriteFinish(writer, plan);
    }

    private static void WritePrepare(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// Positions [first, first + count): steps = softplus(delta), in base-2 units; inputs = softplus(delta) * u; outputs start at D * u.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void Prepare(ScanCall* call, ScanItem work, int first, int count, byte* workspace)"))
        {
            writer.Line("float* skip = At(workspace, SkipAt) + work.Offset, steps = At(workspace, StepsAt), inputs = At(workspace, InputsAt), outputs = At(workspace, OutputsAt);");
            writer.Line("float* input = work.At(call->Input) + (first * call->Input.RowStride), delta = work.At(call->Delta) + (first * call->Delta.RowStride);");
            using (writer.Block("for (int t = 0; t < count; t++)"))
            {
                ChannelLoop.Write(writer, plan, dialect =>
                {
                    writer.Line($"{dialect.Float} u = {dialect.Load("input", "c")}, step = Softplus({dialect.Load("delta", "c")});");
                    writer.Line(dialect.Store(dialect.Multiply("step", dialect.Broadcast("Log2OfE")), "steps", "c"));
                    writer.Line(dialect.Store(dialect.Multiply("step", "u"), "inputs", "c"));
                    writer.Line(dialect.Store(dialect.Multiply(dialect.Load("skip", "c"), "u"), "outputs", "c"));
                });
                writer.Line();
                writer.Line("input += call->Input.RowStride;");
                writer.Line("delta += call->Delta.RowStride;");
                writer.Line("steps += ChannelBlock;");
                writer.Line("inputs += ChannelBlock;");
                writer.Line("outputs += ChannelBlock;");
            }
        }
    }

    private static void WriteFinish(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// output = the sums, times SiLU(z) where there is a gate.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void Finish(ScanCall* call, ScanItem work, int first, int count, byte* workspace)"))
        {
            writer.Line("float* outputs = At(workspace, OutputsAt), target = work.At(call->Output) + (first * call->Output.RowStride);");
            using (writer.Block("if (call->Gate.Data == null)"))
            {
                using (writer.Block("for (int t = 0; t < count; t++, outputs += ChannelBlock, target += call->Output.RowStride)"))
                {
                    writer.Line("new Span<float>(outputs, work.Channels).CopyTo(new Span<float>(target, work.Channels));");
                }

                writer.Line();
                writer.Line("return;");
            }

            writer.Line();
            writer.Line("float* gate = work.At(call->Gate) + (first * call->Gate.RowStride);");
            using (writer.Block("for (int t = 0; t < count; t++, outputs += ChannelBlock, target += call->Output.RowStride, gate += call->Gate.RowStride)"))
            {
                ChannelLoop.Write(writer, plan, dialect =>
                    writer.Line(dialect.Store(dialect.Multiply(dialect.Load("outputs", "c"), $"Silu({dialect.Load("gate", "c")})"), "target", "c")));
            }
        }
    }
}
