using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One part of a decoding step: all query rows that share a KV head against a stretch of its keys, chunk after chunk, and what is done with the parts
/// (online softmax, Milakov and Gimelshein 2018; keys split as in Flash-Decoding, Dao et al. 2023).
/// </summary>
internal static class DecodeItemStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, DecodePlan decode)
    {
        WriteDecode(writer, plan);
        DecodeMergeStage.Write(writer, plan, decode);
        foreach (int rows in DecodePlan.TileRows)
        {
            WriteTile(writer, plan, decode, rows);
            DecodeScoreStage.WriteProducts(writer, plan, decode, rows);
            DecodeValueStage.Write(writer, decode, rows);
        }

        DecodeScoreStage.WriteRow(writer, plan);
    }

    private static void WriteDecode(CodeWriter writer, KernelPlan plan)
    {
        writer.Line();
        writer.Line("// One part of the keys of one KV head, in place, for the few queries of a decoding step. Its rows are [group, tokens].");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Decode(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item / call->Cut.Parts, KvHeads);");
            writer.Line("int part = item % call->Cut.Parts;");
            writer.Line("int tokens = call->QueryLength, rows = GroupSize * tokens;");
            WriteQueries(writer, plan);
            writer.Line();
            WriteBounds(writer, plan.Passes[0]);
            using (writer.Block("for (int chunk = from / DecodeChunk * DecodeChunk; chunk < to; chunk += DecodeChunk)"))
            {
                writer.Line("int first = Math.Max(chunk, from), end = Math.Min(chunk + DecodeChunk, to), row = 0;");
                int widest = DecodePlan.TileRows[0];
                using (writer.Block($"for (; row <= rows - {widest}; row += {widest})"))
                {
                    writer.Line($"DecodeTile{widest}(call, work, row, first, end, workspace);");
                }

                foreach (int rows in DecodePlan.TileRows.Skip(1))
                {
                    writer.Line();
                    using (writer.Block(rows == 1 ? "if (row < rows)" : $"if (row <= rows - {rows})"))
                    {
                        writer.Line($"DecodeTile{rows}(call, work, row, first, end, workspace);");
                        if (rows > 1)
                        {
                            writer.Line($"row += {rows};");
                        }
                    }
                }
            }

            writer.Line();
            WriteEnd(writer);
        }
    }

    private static void WriteQueries(CodeWriter writer, KernelPlan plan)
    {
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("int state = member * tokens;");
            writer.Line($"PrepareQueries(call, work, (work.KvHead * GroupSize) + member, 0, tokens, At(workspace, QueriesAt) + (state * QueryDim){QueryStage.Extra(plan, typed: false)});");
            writer.Line("ClearState(tokens, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            foreach (string statement in plan.ScoreSteps.SelectMany(static step => step.PrepareHead))
            {
                writer.Line(statement);
            }
        }
    }

    private static void WriteBounds(CodeWriter writer, KeyPass pass)
    {
        writer.Line("// The part's keys, from a whole panel on, as far as any token sees them.");
        writer.Line("int from = call->Cut.Place(part) * DecodePart, to = Math.Min(from + DecodePart, work.KeyLength);");
        if (pass.HasFirst)
        {
            if (pass.Range.Sinks > 0)
            {
                writer.Line($"to = part < call->Cut.SinkParts ? Math.Min(to, Sinks{pass.Suffix}) : to;");
            }

            string sinks = pass.Range.Sinks > 0 ? $"from < Sinks{pass.Suffix} ? from : " : string.Empty;
            writer.Line($"int firstKey = Math.Max(0, {pass.First("call->PastLength")});");
            writer.Line($"from = {sinks}Math.Max(from, firstKey / {DecodePlan.PanelTokens} * {DecodePlan.PanelTokens});");
        }
    }

    private static void WriteEnd(CodeWriter writer)
    {
        using (writer.Block("if (call->Cut.Parts > 1)"))
        {
            writer.Line("// Whoever finishes the head's last part merges all of them, in order.");
            writer.Line("LeavePart(call, work.KvHead, part, rows, workspace);");
            using (writer.Block("if (global::System.Threading.Interlocked.Increment(ref call->Cut.Finished[work.KvHead]) < call->Cut.Parts)"))
            {
                writer.Line("return;");
            }

            writer.Line();
            writer.Line("MergeParts(call, work.KvHead, rows, workspace);");
        }

        writer.Line();
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("int state = member * tokens;");
            writer.Line("Finish(call, work, (work.KvHead * GroupSize) + member, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
        }
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows)
    {
        writer.Line();
        writer.Line($"// {rows} query row{(rows == 1 ? string.Empty : "s")} against keys [first, end) of a chunk: scores page by page, then softmax, then values page by page.");
        writer.Line("// While a tile computes it asks for what is read a little later (ahead), and near a page's end for what is read after it (next): pages lie anywhere in memory.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void DecodeTile{rows}(AttentionCall* call, WorkItem work, int row, int first, int end, byte* workspace)"))
        {
            writer.Line("float* queries = At(workspace, QueriesAt) + (row * QueryDim);");
            writer.Line("float* outputs = At(workspace, OutputsAt) + (row * PaddedValueDim);");
            writer.Line("float* scores = At(workspace, DecodeScoresAt);");
            writer.Line($"int past = (end + {DecodePlan.PanelTokens - 1}) / {DecodePlan.PanelTokens} * {DecodePlan.PanelTokens};");
            using (writer.Block("for (int key = first; key < past;)"))
            {
                writer.Line("byte* head = call->Cache.Head(key, work.KvHead);");
                writer.Line("int pageStart = key, pageEnd = Math.Min(past, ((key / PageTokens) + 1) * PageTokens);");
                writer.Line("byte* next = row > 0 ? head : pageEnd < past ? call->Cache.Head(pageEnd, work.KvHead) : call->Cache.Head(first, work.KvHead) + call->Cache.ValuesOffset;");
                DecodeScoreStage.WriteCalls(writer, decode, rows);
            }

            writer.Line();
            for (int r = 0; r < rows; r++)
            {
                string row = Index.Plus("row", r);
                writer.Line($"WeighRow(call, work, {row}, first, end, scores{(r == 0 ? string.Empty : $" + {r * decode.ScoreStride}")}, workspace);");
            }

            writer.Line();
            using (writer.Block("for (int key = first; key < end;)"))
            {
                writer.Line("byte* head = call->Cache.Head(key, work.KvHead);");
                writer.Line("int count = Math.Min(end, ((key / PageTokens) + 1) * PageTokens) - key, after = key + count;");
                writer.Line("byte* next = row > 0 || after >= work.KeyLength ? head : call->Cache.Head(after, work.KvHead) + (after < end ? call->Cache.ValuesOffset : 0);");
                DecodeValueStage.WriteCalls(writer, decode, rows);
                writer.Line("key = after;");
            }
        }
    }
}
