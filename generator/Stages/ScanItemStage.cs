using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One work item of a scan: channels of one sequence, chunk by chunk from its first position to its last, block by block of the channels
/// within a chunk, so that the pages of a chunk's rows are walked once.
/// </summary>
internal static class ScanItemStage
{
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("ScanCall* call = (ScanCall*)address;");
            writer.Line("ScanItem work = ScanItem.Of(call, item, InnerDim);");
            writer.Line("LoadRates(call, work, workspace);");
            writer.Line("LoadStates(call, work, workspace);");
            using (writer.Block("for (int first = 0; first < work.Length; first += Chunk)"))
            {
                writer.Line("int count = Math.Min(Chunk, work.Length - first);");
                writer.Line("// All channels of a chunk before the next chunk: a page of memory holds few rows, and is looked up once.");
                using (writer.Block("for (int offset = 0; offset < work.Channels; offset += ChannelBlock)"))
                {
                    writer.Line("ScanItem block = work.Block(offset, ChannelBlock);");
                    if (plan.AsksAhead)
                    {
                        writer.Line("bool last = offset + ChannelBlock >= work.Channels;");
                        writer.Line("ScanItem next = work.Block(last ? 0 : offset + ChannelBlock, ChannelBlock);");
                    }

                    writer.Line("Prepare(call, block, first, count, workspace);");
                    writer.Line($"Advance(call, block, first, count{(plan.AsksAhead ? ", next, last ? first + Chunk : first" : string.Empty)}, workspace);");
                    writer.Line("Finish(call, block, first, count, workspace);");
                }
            }

            writer.Line();
            using (writer.Block("if (call->States != null)"))
            {
                writer.Line("StoreStates(call, work, workspace);");
            }

            writer.Line();
            writer.Line("// Padding gives zeros.");
            writer.Line("float* output = work.At(call->Output);");
            using (writer.Block("for (int t = work.Length; t < work.Rows; t++)"))
            {
                writer.Line("new Span<float>(output + (t * call->Output.RowStride), work.Channels).Clear();");
            }
        }

        writer.Line();
        WriteRates(writer, plan);
        writer.Line();
        WriteLoad(writer, plan);
        writer.Line();
        WriteStore(writer, plan);
    }

    private static void WriteRates(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// A's rows as panels [states, lanes]: one load is one state of as many channels as there are lanes. D beside them.");
        using (writer.Block("private static void LoadRates(ScanCall* call, ScanItem work, byte* workspace)"))
        {
            writer.Line("float* rates = At(workspace, RatesAt), source = call->Rates + ((long)work.FirstChannel * StateSize);");
            ChannelLoop.Write(writer, plan, dialect =>
                writer.Line($"PanelPacking.Transpose{dialect.Lanes}(source + (c * StateSize), StateSize, {dialect.Lanes}, StateSize, rates + (c * StateSize));"));
            writer.Line();
            writer.Line("Span<float> skip = new(At(workspace, SkipAt), work.Channels);");
            using (writer.Block("if (call->Skip == null)"))
            {
                writer.Line("skip.Clear();");
            }

            using (writer.Block("else"))
            {
                writer.Line("new Span<float>(call->Skip + work.FirstChannel, work.Channels).CopyTo(skip);");
            }
        }
    }

    private static void WriteLoad(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// What the sequence left behind, or zeros, into panels like those of A.");
        using (writer.Block("private static void LoadStates(ScanCall* call, ScanItem work, byte* workspace)"))
        {
            writer.Line("float* states = At(workspace, StatesAt);");
            using (writer.Block("if (call->States == null)"))
            {
                writer.Line("new Span<float>(states, work.Channels * StateSize).Clear();");
                writer.Line("return;");
            }

            writer.Line();
            writer.Line("float* source = work.States(call);");
            WriteCopies(writer, plan, (dialect, stored, panel) => dialect.Store(dialect.Load("source", stored), "states", panel));
        }
    }

    private static void WriteStore(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// The panels back to [states, channels].");
        using (writer.Block("private static void StoreStates(ScanCall* call, ScanItem work, byte* workspace)"))
        {
            writer.Line("float* states = At(workspace, StatesAt), target = work.States(call);");
            WriteCopies(writer, plan, (dialect, stored, panel) => dialect.Store(dialect.Load("states", panel), "target", stored));
        }
    }

    private static void WriteCopies(CodeWriter writer, ScanPlan plan, System.Func<Dialect, string, string, string> copy) => ChannelLoop.Write(writer, plan, dialect =>
    {
        using (writer.Block("for (int n = 0; n < StateSize; n++)"))
        {
            writer.Line(copy(dialect, "(n * InnerDim) + c", $"(c * StateSize) + {(dialect.Lanes == 1 ? "n" : "(n * Lanes)")}"));
        }
    });
}
