using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The depthwise causal convolution of a mamba layer, with its SiLU, in place: each channel sees its own last positions.</summary>
internal static class ConvolutionStage
{
    public static void Write(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// Channels of one sequence: rows become SiLU(bias + sum over taps of weight * earlier rows).");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Convolve(void* address, int item, byte* workspace)"))
        {
            writer.Line("ScanCall* call = (ScanCall*)address;");
            writer.Line("ScanItem work = ScanItem.Of(call, item, InnerDim);");
            writer.Line("LoadTaps(call, work, workspace);");
            writer.Line("LoadHistory(call, work, workspace);");
            using (writer.Block("for (int first = 0; first < work.Length; first += Chunk)"))
            {
                writer.Line("int count = Math.Min(Chunk, work.Length - first);");
                using (writer.Block("for (int offset = 0; offset < work.Channels; offset += ChannelBlock)"))
                {
                    writer.Line("bool last = offset + ChannelBlock >= work.Channels;");
                    writer.Line("ScanItem next = work.Block(last ? 0 : offset + ChannelBlock, ChannelBlock);");
                    writer.Line("CachePrefetch.Rows(next.At(call->Input), call->Input.RowStride, last ? first + Chunk : first, Chunk, next.Length, next.Channels);");
                    writer.Line("ConvolveChunk(call, work.Block(offset, ChannelBlock), first, count, workspace);");
                }
            }

            writer.Line();
            using (writer.Block("if (call->States != null)"))
            {
                writer.Line("float* history = work.History(call, StateSize * InnerDim), seen = At(workspace, SeenAt);");
                using (writer.Block("for (int t = 0; t < Past; t++)"))
                {
                    writer.Line("new Span<float>(seen + (t * ItemChannels), work.Channels).CopyTo(new Span<float>(history + (t * InnerDim), work.Channels));");
                }
            }
        }

        writer.Line();
        WriteChunk(writer);
        writer.Line();
        WriteRows(writer, plan);
        writer.Line();
        WriteLoads(writer);
    }

    private static void WriteChunk(CodeWriter writer)
    {
        writer.Line("// A chunk of a block of channels: the rows before it and its own into the window, from there to where they were.");
        using (writer.Block("private static void ConvolveChunk(ScanCall* call, ScanItem work, int first, int count, byte* workspace)"))
        {
            writer.Line("float* window = At(workspace, WindowAt), seen = At(workspace, SeenAt) + work.Offset, rows = work.At(call->Input) + (first * call->Input.RowStride);");
            using (writer.Block("for (int t = 0; t < Past; t++)"))
            {
                writer.Line("new Span<float>(seen + (t * ItemChannels), work.Channels).CopyTo(new Span<float>(window + (t * ChannelBlock), work.Channels));");
            }

            writer.Line();
            using (writer.Block("for (int t = 0; t < count; t++)"))
            {
                writer.Line("new Span<float>(rows + (t * call->Input.RowStride), work.Channels).CopyTo(new Span<float>(window + ((Past + t) * ChannelBlock), work.Channels));");
            }

            writer.Line();
            writer.Line("ConvolveRows(work, rows, call->Input.RowStride, count, workspace);");
            using (writer.Block("for (int t = 0; t < Past; t++)"))
            {
                writer.Line("new Span<float>(window + ((count + t) * ChannelBlock), work.Channels).CopyTo(new Span<float>(seen + (t * ItemChannels), work.Channels));");
            }
        }
    }

    private static void WriteRows(CodeWriter writer, ScanPlan plan)
    {
        writer.Line("// Position t sees rows t to t + Past of the window.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void ConvolveRows(ScanItem work, float* target, long stride, int count, byte* workspace)"))
        {
            writer.Line("float* taps = At(workspace, TapsAt) + work.Offset, bias = At(workspace, BiasAt) + work.Offset, window = At(workspace, WindowAt);");
            using (writer.Block("for (int t = 0; t < count; t++, window += ChannelBlock, target += stride)"))
            {
                ChannelLoop.Write(writer, plan, dialect =>
                {
                    writer.Line($"{dialect.Float} sum = {dialect.Load("bias", "c")};");
                    using (writer.Block("for (int k = 0; k <= Past; k++)"))
                    {
                        writer.Line($"sum = {dialect.MultiplyAdd(dialect.Load("taps", "(k * ItemChannels) + c"), dialect.Load("window", "(k * ChannelBlock) + c"), "sum")};");
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
                writer.Line("taps[(k * ItemChannels) + c] = source[(c * (Past + 1)) + k];");
            }

            writer.Line();
            writer.Line("new Span<float>(call->TapBias + work.FirstChannel, work.Channels).CopyTo(new Span<float>(At(workspace, BiasAt), work.Channels));");
        }

        writer.Line();
        writer.Line("// The rows before the first, which a state remembers; zeros without one.");
        using (writer.Block("private static void LoadHistory(ScanCall* call, ScanItem work, byte* workspace)"))
        {
            writer.Line("float* seen = At(workspace, SeenAt);");
            writer.Line("new Span<float>(seen, Past * ItemChannels).Clear();");
            using (writer.Block("for (int t = 0; t < Past && call->States != null; t++)"))
            {
                writer.Line("new Span<float>(work.History(call, StateSize * InnerDim) + (t * InnerDim), work.Channels).CopyTo(new Span<float>(seen + (t * ItemChannels), work.Channels));");
            }
        }
    }
}
