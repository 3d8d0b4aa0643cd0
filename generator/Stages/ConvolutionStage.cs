using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The depthwise causal convolution of a mamba layer, with its SiLU, in place: each channel sees its own last positions.</summary>
internal static class ConvolutionStage
{
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// One block of channels of one sequence: rows become SiLU(bias + sum over taps of weight * earlier rows).");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Convolve(void* address, int item, byte* workspace)"))
        {
            writer.Line("ScanCall* call = (ScanCall*)address;");
            writer.Line("ScanItem work = ScanItem.Of(call, item, InnerDim, ChannelBlock);");
            writer.Line("float* window = At(workspace, WindowAt), rows = work.At(call->Input);");
            writer.Line("LoadTaps(call, work, workspace);");
            writer.Line("LoadHistory(call, work, window);");
            using (writer.Block("for (int first = 0; first < work.Length; first += Chunk)"))
            {
                writer.Line("int count = Math.Min(Chunk, work.Length - first);");
                writer.Line("float* row = rows + (first * call->Input.RowStride), seen = window + (Past * ChannelBlock);");
                writer.Line("CachePrefetch.Rows(rows, call->Input.RowStride, first + Chunk, Chunk, work.Length, work.Channels);");
                using (writer.Block("for (int t = 0; t < count; t++)"))
                {
                    writer.Line("new Span<float>(row + (t * call->Input.RowStride), work.Channels).CopyTo(new Span<float>(seen + (t * ChannelBlock), work.Channels));");
                }

                writer.Line();
                writer.Line("ConvolveRows(work, row, call->Input.RowStride, count, workspace);");
                writer.Line("new Span<float>(window + (count * ChannelBlock), Past * ChannelBlock).CopyTo(new Span<float>(window, Past * ChannelBlock));");
            }

            writer.Line();
            using (writer.Block("if (call->States != null)"))
            {
                writer.Line("float* history = work.History(call, StateSize * InnerDim);");
                using (writer.Block("for (int t = 0; t < Past; t++)"))
                {
                    writer.Line("new Span<float>(window + (t * ChannelBlock), work.Channels).CopyTo(new Span<float>(history + (t * InnerDim), work.Channels));");
                }
            }
        }

        writer.Line();
        WriteRows(writer, plan);
        writer.Line();
        WriteLoads(writer);
    }

    private static void WriteRows(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// Position t sees rows t to t + Past of the window.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void ConvolveRows(ScanItem work, float* target, long stride, int count, byte* workspace)"))
        {
            writer.Line("float* taps = At(workspace, TapsAt), bias = At(workspace, BiasAt), window = At(workspace, WindowAt);");
            using (writer.Block("for (int t = 0; t < count; t++, window += ChannelBlock, target += stride)"))
            {
                ChannelLoop.Write(writer, plan, dialect =>
                {
                    writer.Line($"{dialect.Float} sum = {dialect.Load("bias", "c")};");
                    using (writer.Block("for (int k = 0; k <= Past; k++)"))
                    {
                        writer.Line($"sum = {dialect.MultiplyAdd(dialect.Load("taps", "(k * ChannelBlock) + c"), dialect.Load("window", "(k * ChannelBlock) + c"), "sum")};");
                    }

                    writer.Line();
                    writer.Line(dialect.Store("Silu(sum)", "target", "c"));
                });
            }
        }
    }

    private static void WriteLoads(CodeWriter writer)
    {
        writer.Line("// The channels' weights [channels, taps] as [taps, channels], and their biases.");
        using (writer.Block("private static void LoadTaps(ScanCall* call, ScanItem work, byte* workspace)"))
        {
            writer.Line("float* taps = At(workspace, TapsAt), source = call->Taps + (work.FirstChannel * (Past + 1));");
            using (writer.Block("for (int c = 0; c < work.Channels; c++)"))
            using (writer.Block("for (int k = 0; k <= Past; k++)"))
            {
                writer.Line("taps[(k * ChannelBlock) + c] = source[(c * (Past + 1)) + k];");
            }

            writer.Line();
            writer.Line("new Span<float>(call->TapBias + work.FirstChannel, work.Channels).CopyTo(new Span<float>(At(workspace, BiasAt), work.Channels));");
        }

        writer.Line();
        writer.Line("// The rows before the first, which a state remembers; zeros without one.");
        using (writer.Block("private static void LoadHistory(ScanCall* call, ScanItem work, float* window)"))
        {
            writer.Line("new Span<float>(window, Past * ChannelBlock).Clear();");
            using (writer.Block("for (int t = 0; t < Past && call->States != null; t++)"))
            {
                writer.Line("new Span<float>(work.History(call, StateSize * InnerDim) + (t * InnerDim), work.Channels).CopyTo(new Span<float>(window + (t * ChannelBlock), work.Channels));");
            }
        }
    }
}
