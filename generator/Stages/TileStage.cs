using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>One tile of queries over one block of keys: what it sees of the block, then scores, softmax and values.</summary>
internal static class TileStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        WriteTile(writer, plan, pass);
        writer.Line();
        if (!pass.IsIndexed)
        {
            WriteRuns(writer, plan, pass);
            writer.Line();
        }

        WriteRange(writer, plan, pass);
        if (pass.Range.Step > 1)
        {
            writer.Line();
            WritePacked(writer, pass);
        }
    }

    /// <summary>The function that counts the keys of a strided pass.</summary>
    public static void WritePacked(CodeWriter writer, KeyPass pass)
    {
        writer.Line("// Keys of the pass before an index.");
        writer.Line($"private static int Packed{pass.Suffix}(int index) => (index + Step{pass.Suffix} - 1) / Step{pass.Suffix};");
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("// One tile of queries against the part of a block that it sees: [from, to) for any of its rows, [fullFrom, fullTo) for all of them.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void AttendTile{pass.Suffix}(AttentionCall* call, WorkItem work, int member, int row, int block, int blockFrom, int blockTo{Values(plan, typed: true)}, bool finite, byte* workspace)"))
        {
            if (pass.HasFirst || pass.HasLast || pass.Range.GlobalRows > 0)
            {
                writer.Line("int query = work.FirstRow + row + call->AlignmentOffset;");
            }

            const string LastRow = "query + TileRows - 1";
            writer.Line(pass.HasFirst ? $"int from = Math.Max(blockFrom, {Start(pass, "query")}), fullFrom = Math.Max(blockFrom, {Start(pass, LastRow)});" : "int from = blockFrom, fullFrom = blockFrom;");
            writer.Line(pass.HasLast ? $"int to = Math.Min(blockTo, {End(pass, LastRow)}), fullTo = Math.Min(blockTo, {End(pass, "query")});" : "int to = blockTo, fullTo = blockTo;");
            if (pass.Range.GlobalRows > 0)
            {
                using (writer.Block($"if (query < GlobalRows{pass.Suffix})"))
                {
                    writer.Line("from = blockFrom;");
                    writer.Line("to = blockTo;");
                }

                writer.Line();
            }

            if (pass.Range.Sinks > 0 && pass.HasFirst)
            {
                WriteSinks(writer, plan, pass);
            }

            using (writer.Block("if (from < to)"))
            {
                writer.Line($"{Attend(pass)}(call, work, member, row, block, from, to, fullFrom, fullTo{Values(plan, typed: false)}, finite, workspace);");
            }
        }
    }

    // Where keys are not consecutive, blocks of the call's mask are not ranges of the pass: pairs are hidden one by one.
    private static string Attend(KeyPass pass) => (pass.IsIndexed ? "AttendRange" : "AttendRuns") + pass.Suffix;

    private static void WriteRuns(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("// Keys [from, to) of a block without those that the call's block mask hides from the whole tile.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {Attend(pass)}(AttentionCall* call, WorkItem work, int member, int row, int block, int from, int to, int fullFrom, int fullTo{Values(plan, typed: true)}, bool finite, byte* workspace)"))
        {
            using (writer.Block("while (from < to)"))
            {
                writer.Line("int end = call->Blocks.IsPresent ? BlockMasking.NextRun(call, work.Batch, (work.KvHead * GroupSize) + member, work.FirstRow + row, ref from, to) : to;");
                using (writer.Block("if (from < end)"))
                {
                    writer.Line($"AttendRange{pass.Suffix}(call, work, member, row, block, from, end, fullFrom, fullTo{Values(plan, typed: false)}, finite, workspace);");
                }

                writer.Line();
                writer.Line("from = end;");
            }
        }
    }

    // Values that may be read where the caller has them are passed; others stand in the workspace.
    private static string Values(KernelPlan plan, bool typed) => plan.AtOnce is null ? string.Empty : typed ? ", float* values" : ", values";

    /// <summary>The number of the first key that a query sees.</summary>
    public static string Start(KeyPass pass, string query) =>
        pass.IsIndexed ? pass.PackedStart($"Math.Max(0, {pass.First(query)})") : pass.First(query);

    /// <summary>One past the number of the last key that a query sees.</summary>
    public static string End(KeyPass pass, string query) =>
        pass.IsIndexed ? pass.PackedEnd($"Math.Max(0, {pass.Last(query)} + 1)") : $"{pass.Last(query)} + 1";

    private static void WriteSinks(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        string sinks = "Sinks" + pass.Suffix;
        string end = pass.Range.IsCausal ? $"Math.Min(Math.Min(blockTo, {sinks}), query + TileRows)" : $"Math.Min(blockTo, {sinks})";
        string full = pass.Range.IsCausal ? "Math.Min(sinkEnd, query + 1)" : "sinkEnd";
        writer.Line($"int sinkEnd = {end};");
        using (writer.Block("if (blockFrom < sinkEnd)"))
        {
            using (writer.Block("if (from / Lanes * Lanes > (sinkEnd + Lanes - 1) / Lanes * Lanes)"))
            {
                writer.Line("// The window stands clear of the sinks: a range of their own.");
                writer.Line($"{Attend(pass)}(call, work, member, row, block, blockFrom, sinkEnd, blockFrom, {full}{Values(plan, typed: false)}, finite, workspace);");
            }

            using (writer.Block("else"))
            {
                writer.Line("from = blockFrom;");
                writer.Line("to = Math.Max(to, sinkEnd);");
            }
        }

        writer.Line();
    }

    private static void WriteRange(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("// Scores, softmax and values of one tile against keys [from, to) of a block.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void AttendRange{pass.Suffix}(AttentionCall* call, WorkItem work, int member, int row, int block, int from, int to, int fullFrom, int fullTo{Values(plan, typed: true)}, bool finite, byte* workspace)"))
        {
            WriteBuffers(writer, plan, pass);
            WriteScores(writer, plan, pass);
            TileScores scores = new("Math.Min(TileRows, work.Rows - row)", "from", "to", pass.IsIndexed ? "keyIndices + (from - block)" : "null", "scores + (from - block)");
            CallMaskStage.Write(writer, scores);
            writer.Line("Softmax(scores + (start - block), end - start, tileMax, At(workspace, RowMaxAt) + state, At(workspace, RowSumAt) + (state * Lanes), outputs" + (plan.Decode is null ? ");" : ", TileRows);"));
            writer.Line("float* weights = scores + (from - block);");
            CallMaskStage.WriteDropout(writer, plan, scores with { First = "weights" });
            writer.Line(plan.AtOnce is null ? "float* values = At(workspace, ValuesAt) + ((from - block) * PaddedValueDim);" : "values += (from - block) * PaddedValueDim;");
            using (writer.Block("if (finite)"))
            {
                ValueStage.WriteCalls(writer, plan, "Values", "to - from");
            }

            using (writer.Block("else"))
            {
                writer.Line("ExactValues.Accumulate(weights, ScoreStride, TileRows, values, PaddedValueDim, outputs, to - from);");
            }

            DistanceStage.WriteValueCall(writer, plan, pass);
        }
    }

    private static void WriteBuffers(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("int state = (member * ChunkRows) + row;");
        writer.Line("float* queries = At(workspace, QueriesAt) + (state * QueryDim);");
        writer.Line("float* outputs = At(workspace, OutputsAt) + (state * PaddedValueDim);");
        writer.Line("float* scores = At(workspace, ScoresAt);");
        writer.Line("float* tileMax = At(workspace, TileMaxAt);");
        writer.Line("new Span<float>(tileMax, TileRows * Lanes).Fill(float.NegativeInfinity);");
        if (pass.IsIndexed)
        {
            writer.Line("float* keyIndices = At(workspace, KeyIndicesAt);");
        }

        if (pass.Range.DependsOnQuery || plan.StepsUseIndices)
        {
            writer.Line("int query = work.FirstRow + row + call->AlignmentOffset;");
        }

        writer.Line("int lastKey = work.KeyLength - 1;");
        writer.Line("int head = (work.KvHead * GroupSize) + member;");
        foreach (StepValue value in plan.ScoreSteps.SelectMany(step => step.Values(plan.Dialect)))
        {
            writer.Line($"{value.Type} {value.Name} = {value.Expression};");
        }
    }

    private static void WriteScores(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("int start = from / Lanes * Lanes, end = (to + Lanes - 1) / Lanes * Lanes;");
        writer.Line("int key = start;");
        WritePanels(writer, plan, pass);
    }

    /// <summary>Scores of a tile's <c>queries</c> and the panels from <c>key</c> to <c>end</c>, at <c>scores + (key - block)</c>.</summary>
    public static void WritePanels(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        int width = plan.Dialect.TileVectors;
        int keys = width * plan.Dialect.Lanes;
        if (pass.Range.Hole is not null)
        {
            writer.Line($"int holeFrom = {pass.PackedStart($"Math.Max(0, query - Hole{pass.Suffix})")}, holeTo = {pass.PackedEnd($"Math.Max(0, query + TileRows + Hole{pass.Suffix})")};");
        }

        string clear = pass.Range.Hole is null ? string.Empty : $" && (key + {keys} <= holeFrom || key >= holeTo)";
        using (writer.Block($"for (; key <= end - {keys}; key += {keys})"))
        {
            writer.Line("float* keys = At(workspace, KeysAt) + ((key - block) * QueryDim);");
            using (writer.Block($"if (key >= fullFrom && key + {keys} <= fullTo{clear})"))
            {
                writer.Line($"Scores{width}Full{pass.Suffix}(queries, keys, scores + (key - block), tileMax{ScoreStage.Extra(plan, pass, partial: false, typed: false)});");
            }

            using (writer.Block("else"))
            {
                writer.Line(Partial(plan, pass, width));
            }
        }

        WriteRemainder(writer, plan, pass, width);
    }

    private static void WriteRemainder(CodeWriter writer, KernelPlan plan, KeyPass pass, int width)
    {
        if (width == 1)
        {
            return;
        }

        using (writer.Block("if (key < end)"))
        {
            writer.Line("float* keys = At(workspace, KeysAt) + ((key - block) * QueryDim);");
            using (writer.Block("switch ((end - key) / Lanes)"))
            {
                for (int rest = width - 1; rest >= 1; rest--)
                {
                    writer.Line(rest == 1 ? "default:" : $"case {rest}:");
                    writer.Line($"    {Partial(plan, pass, rest)}");
                    writer.Line("    break;");
                }
            }
        }

        writer.Line();
    }

    private static string Partial(KernelPlan plan, KeyPass pass, int width) =>
        $"Scores{width}Partial{pass.Suffix}(queries, keys, scores + (key - block), tileMax{ScoreStage.Extra(plan, pass, partial: true, typed: false)});";
}
