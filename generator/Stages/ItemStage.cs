using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One work item: prepares a chunk of queries, then passes every query tile over each packed block of keys that the chunk can see.
/// Block edges stand at fixed key indices, so results don't depend on how queries were cut into chunks.
/// </summary>
internal static class ItemStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        WriteRun(writer, plan);
        writer.Line();
        WriteTile(writer, plan);
        writer.Line();
        WriteRange(writer, plan);
    }

    private static void WriteRun(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            writer.Line("int tiles = (work.Rows + TileRows - 1) / TileRows;");
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("int state = member * ChunkRows;");
                writer.Line("PrepareQueries(call, work, (work.KvHead * GroupSize) + member, tiles * TileRows, At(workspace, QueriesAt) + (state * HeadDim), At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            }

            writer.Line();
            WriteKeyBounds(writer, plan);
            using (writer.Block($"for (int block = {FirstBlock(plan)}; block < endKey; block += KeyBlock)"))
            {
                writer.Line("int from = block, to = Math.Min(block + KeyBlock, endKey);");
                WriteBlockBounds(writer, plan);
                writer.Line($"PackKeys(call, work, block, from, to, At(workspace, KeysAt){(plan.RowTransform is null ? string.Empty : ", At(workspace, KeyRowsAt)")});");
                writer.Line("bool finite = PackValues(call, work, block, from, to, At(workspace, ValuesAt));");
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                using (writer.Block("for (int tile = 0; tile < tiles; tile++)"))
                {
                    writer.Line("AttendTile(call, work, member, tile * TileRows, block, from, to, finite, workspace);");
                }
            }

            writer.Line();
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("int state = member * ChunkRows;");
                writer.Line("Finish(call, work, (work.KvHead * GroupSize) + member, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            }
        }
    }

    private static string FirstBlock(KernelPlan plan) =>
        plan.Range.Before is null || plan.Range.Sinks > 0 ? "0" : "firstKey / KeyBlock * KeyBlock";

    private static void WriteKeyBounds(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Range.DependsOnQuery)
        {
            writer.Line("// The key the chunk's first query stands at, and the keys that any of its queries sees.");
            writer.Line("int stand = work.FirstRow + call->AlignmentOffset;");
        }

        if (plan.Range.Before is not null)
        {
            writer.Line("int firstKey = Math.Max(0, stand - Before);");
        }

        writer.Line("int endKey = work.KeyLength;");
        if (plan.Range.After is not null)
        {
            string end = "Math.Min(endKey, stand + work.Rows + After)";
            writer.Line(plan.Range.Sinks > 0 && !plan.Range.IsCausal ? $"endKey = Math.Max({end}, Math.Min(endKey, Sinks));" : $"endKey = {end};");
        }
    }

    /// <summary>Only what the chunk sees of a block is packed.</summary>
    private static void WriteBlockBounds(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Range.Before is null)
        {
            return;
        }

        if (plan.Range.Sinks == 0)
        {
            writer.Line("from = Math.Max(from, firstKey / Lanes * Lanes);");
            return;
        }

        writer.Line("// Between the sinks and the window there is nothing to see.");
        using (writer.Block("if (block >= Sinks)"))
        {
            using (writer.Block("if (to <= firstKey)"))
            {
                writer.Line("continue;");
            }

            writer.Line();
            writer.Line("from = Math.Max(from, firstKey / Lanes * Lanes);");
        }

        using (writer.Block("else if (to <= firstKey)"))
        {
            writer.Line("to = Math.Min(to, Sinks);");
        }
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("// One tile of queries against the part of a block that it sees: [from, to) for any of its rows, [fullFrom, fullTo) for all of them.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AttendTile(AttentionCall* call, WorkItem work, int member, int row, int block, int blockFrom, int blockTo, bool finite, byte* workspace)"))
        {
            bool relative = plan.Range.DependsOnQuery;
            if (relative || plan.StepsUseIndices)
            {
                writer.Line("int query = work.FirstRow + row + call->AlignmentOffset;");
            }

            writer.Line(plan.Range.Before is null ? "int from = blockFrom, fullFrom = blockFrom;" : "int from = Math.Max(blockFrom, query - Before), fullFrom = Math.Max(blockFrom, query + TileRows - 1 - Before);");
            writer.Line(plan.Range.After is null ? "int to = blockTo, fullTo = blockTo;" : "int to = Math.Min(blockTo, query + TileRows + After), fullTo = Math.Min(blockTo, query + 1 + After);");
            if (plan.Range.Sinks > 0 && plan.Range.Before is not null)
            {
                WriteSinks(writer, plan);
            }

            using (writer.Block("if (from < to)"))
            {
                writer.Line($"AttendRange(call, work, member, row, block, from, to, fullFrom, fullTo, finite, workspace);");
            }
        }
    }

    private static void WriteSinks(CodeWriter writer, KernelPlan plan)
    {
        string end = plan.Range.IsCausal ? "Math.Min(Math.Min(blockTo, Sinks), query + TileRows)" : "Math.Min(blockTo, Sinks)";
        string full = plan.Range.IsCausal ? "Math.Min(sinkEnd, query + 1)" : "sinkEnd";
        writer.Line($"int sinkEnd = {end};");
        using (writer.Block("if (blockFrom < sinkEnd)"))
        {
            using (writer.Block("if (from / Lanes * Lanes > (sinkEnd + Lanes - 1) / Lanes * Lanes)"))
            {
                writer.Line("// The window stands clear of the sinks: a range of their own.");
                writer.Line($"AttendRange(call, work, member, row, block, blockFrom, sinkEnd, blockFrom, {full}, finite, workspace);");
            }

            using (writer.Block("else"))
            {
                writer.Line("from = blockFrom;");
                writer.Line("to = Math.Max(to, sinkEnd);");
            }
        }

        writer.Line();
    }

    private static void WriteRange(CodeWriter writer, KernelPlan plan)
    {
        int width = plan.Dialect.TileVectors;
        writer.Line("// Scores, softmax and values of one tile against keys [from, to) of a block.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AttendRange(AttentionCall* call, WorkItem work, int member, int row, int block, int from, int to, int fullFrom, int fullTo, bool finite, byte* workspace)"))
        {
            writer.Line("int state = (member * ChunkRows) + row;");
            writer.Line("float* queries = At(workspace, QueriesAt) + (state * HeadDim);");
            writer.Line("float* outputs = At(workspace, OutputsAt) + (state * PaddedValueDim);");
            writer.Line("float* scores = At(workspace, ScoresAt);");
            writer.Line("float* tileMax = At(workspace, TileMaxAt);");
            writer.Line("new Span<float>(tileMax, TileRows * Lanes).Fill(float.NegativeInfinity);");
            if (ScoreStage.Extra(plan, partial: true, typed: false).Contains("query"))
            {
                writer.Line("int query = work.FirstRow + row + call->AlignmentOffset;");
            }

            writer.Line("int lastKey = work.KeyLength - 1;");
            writer.Line("int head = (work.KvHead * GroupSize) + member;");
            foreach (StepValue value in plan.ScoreSteps.SelectMany(static step => step.Values))
            {
                writer.Line($"{value.Type} {value.Name} = {value.Expression};");
            }

            writer.Line("int start = from / Lanes * Lanes, end = (to + Lanes - 1) / Lanes * Lanes;");
            writer.Line("int key = start;");
            using (writer.Block($"for (; key <= end - {width * plan.Dialect.Lanes}; key += {width * plan.Dialect.Lanes})"))
            {
                writer.Line("float* keys = At(workspace, KeysAt) + ((key - block) * HeadDim);");
                using (writer.Block($"if (key >= fullFrom && key + {width * plan.Dialect.Lanes} <= fullTo)"))
                {
                    writer.Line($"Scores{width}Full(queries, keys, scores + (key - block), tileMax{ScoreStage.Extra(plan, partial: false, typed: false)});");
                }

                using (writer.Block("else"))
                {
                    writer.Line(Partial(plan, width));
                }
            }

            WriteRemainder(writer, plan, width);
            WriteRuntimeMask(writer);
            writer.Line("Softmax(scores + (start - block), end - start, tileMax, At(workspace, RowMaxAt) + state, At(workspace, RowSumAt) + (state * Lanes), outputs);");
            writer.Line("float* weights = scores + (from - block);");
            writer.Line("float* values = At(workspace, ValuesAt) + ((from - block) * PaddedValueDim);");
            using (writer.Block("if (finite)"))
            {
                ValueStage.WriteCalls(writer, plan);
            }

            using (writer.Block("else"))
            {
                writer.Line("ExactValues.Accumulate(weights, ScoreStride, TileRows, values, PaddedValueDim, outputs, to - from);");
            }
        }
    }

    private static void WriteRemainder(CodeWriter writer, KernelPlan plan, int width)
    {
        if (width == 1)
        {
            return;
        }

        using (writer.Block("if (key < end)"))
        {
            writer.Line("float* keys = At(workspace, KeysAt) + ((key - block) * HeadDim);");
            using (writer.Block("switch ((end - key) / Lanes)"))
            {
                for (int rest = width - 1; rest >= 1; rest--)
                {
                    writer.Line(rest == 1 ? "default:" : $"case {rest}:");
                    writer.Line($"    {Partial(plan, rest)}");
                    writer.Line("    break;");
                }
            }
        }

        writer.Line();
    }

    private static void WriteRuntimeMask(CodeWriter writer)
    {
        using (writer.Block("if (call->Mask.IsPresent)"))
        {
            writer.Line("RuntimeMasking.Apply(call, work.Batch, head, work.FirstRow + row, Math.Min(TileRows, work.Rows - row), from, to, scores + (from - block), ScoreStride, tileMax, Lanes);");
        }

        writer.Line();
    }

    private static string Partial(KernelPlan plan, int width) =>
        $"Scores{width}Partial(queries, keys, scores + (key - block), tileMax{ScoreStage.Extra(plan, partial: true, typed: false)});";
}
