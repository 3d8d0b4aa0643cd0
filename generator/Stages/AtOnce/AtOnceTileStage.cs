using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>One tile of queries and all the keys it sees: scores, softmax, values, and the finished outputs.</summary>
internal static class AtOnceTileStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        WriteAttend(writer, plan, atOnce, pass);
        writer.Line();
        AtOnceSoftmaxStage.Write(writer, plan);
        writer.Line();
        AtOnceValueStage.Write(writer, plan, atOnce);
    }

    private static void WriteAttend(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        bool hasSinks = atOnce.Sinks > 0;
        writer.Line($"// One tile of queries, of which {(hasSinks ? "the sinks and " : string.Empty)}[from, to) hold all keys that any row sees, with their values: from the queries to the outputs.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AttendAtOnce(AttentionCall* call, WorkItem work, int member, int row, int rows, int block, int from, int to, float* values, bool finite, byte* workspace)"))
        {
            writer.Line("int head = (work.KvHead * GroupSize) + member;");
            writer.Line($"float* queries = At(workspace, {atOnce.Tile("Queries")}At);");
            writer.Line($"PrepareQueries(call, work, head, row, row + TileRows, queries{QueryStage.Extra(plan, typed: false)});");
            writer.Line("// Rows of tiles that come later are on their way while this one is computed: keys now, and the others between its phases.");
            WriteAskForKeys(writer, plan, "Key", "QueryDim");
            WriteBounds(writer, atOnce, pass);
            foreach (StepValue value in plan.ScoreSteps.SelectMany(step => step.Values(plan.Dialect)))
            {
                writer.Line($"{value.Type} {value.Name} = {value.Expression};");
            }

            WriteScores(writer, plan, atOnce, pass);
            WriteAskForKeys(writer, plan, "Value", Literals.Of(plan.Shape.ValueDim));
            writer.Line($"int seen = {(hasSinks ? $"from < to ? {AtOnceSinkStage.Apart(atOnce)} + to - start : sinkKeys" : "to - start")}; // keys, some of them hidden");
            TileScores scores = AtOnceSinkStage.WriteIndices(writer, plan, atOnce, pass);
            CallMaskStage.Write(writer, scores);
            writer.Line("float* factors = At(workspace, FactorsAt);");
            writer.Line("SoftmaxAtOnce(call, work, head, row, rows, first, (seen + Lanes - 1) / Lanes * Lanes, tileMax, factors);");
            CallMaskStage.WriteDropout(writer, plan, scores);
            WriteAskForRows(writer, plan);
            writer.Line("float* weights = scores + (from - block);");
            AtOnceValueStage.WriteCall(writer, plan, atOnce);
        }
    }

    /// <summary>Heads share keys and values: the first one asks. Those in a cache stand packed already, page after page.</summary>
    private static void WriteAskForKeys(CodeWriter writer, KernelPlan plan, string tensor, string columns)
    {
        using (writer.Block(plan.Cache is null ? "if (member == 0)" : "if (member == 0 && !call->Cache.IsPresent)"))
        {
            WriteAsk(writer, tensor, "work.KvHead", "work.FirstRow + call->AlignmentOffset + row + KeysAhead", "work.KeyLength", columns);
        }

        writer.Line();
    }

    private static void WriteAskForRows(CodeWriter writer, KernelPlan plan)
    {
        const string First = "work.FirstRow + row + RowsAhead";
        WriteAsk(writer, "Query", "head", First, "call->QueryLength", "QueryDim");
        WriteAsk(writer, "Output", "head", First, "call->QueryLength", Literals.Of(plan.Shape.ValueDim));
    }

    private static void WriteAsk(CodeWriter writer, string tensor, string head, string first, string end, string columns) =>
        writer.Line($"CachePrefetch.NextRows(call->{tensor}.Head(work.Batch, {head}), call->{tensor}.RowStride, {first}, rows, {end}, {columns});");

    private static void WriteBounds(CodeWriter writer, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("int query = work.FirstRow + row + call->AlignmentOffset;");
        writer.Line("int lastKey = work.KeyLength - 1;");
        writer.Line("// Keys [fullFrom, fullTo) are seen by every row.");
        writer.Line($"int fullFrom = Math.Max(from, {pass.First("query + rows - 1")}), fullTo = Math.Min(to, {pass.Last("query")} + 1);");
        writer.Line("int start = from / Lanes * Lanes, end = (to + Lanes - 1) / Lanes * Lanes;");
        if (atOnce.MergesSinks)
        {
            writer.Line($"bool merges = {AtOnceSinkStage.Merges(pass)}; // the sinks stand in the window's first panel");
            writer.Line("int apart = merges ? 0 : SinkKeys;");
        }

        writer.Line($"float* first = At(workspace, ScoresAt), scores = first + ({(atOnce.Sinks > 0 ? $"{AtOnceSinkStage.Apart(atOnce)} + " : string.Empty)}block - start); // a key's score stands at scores + (key - block)");
        writer.Line("float* tileMax = At(workspace, TileMaxAt);");
        writer.Line("new Span<float>(tileMax, TileRows * Lanes).Fill(float.NegativeInfinity);");
    }

    private static void WriteScores(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        if (atOnce.Sinks > 0)
        {
            AtOnceSinkStage.WriteScores(writer, plan, atOnce, pass);
        }
        else
        {
            writer.Line("int key = start;");
        }

        TileStage.WritePanels(writer, plan, pass);
    }
}
