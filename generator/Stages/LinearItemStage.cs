using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One work item of a linear attention: all queries of the heads that share one key/value head. Keys enter chunk by chunk through a state
/// [features, value dim]; without causality the state is complete before the first query reads it.
/// </summary>
internal static class LinearItemStage
{
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            writer.Line("new Span<float>(At(workspace, StateAt), FeatureRows * PaddedValueDim).Clear();");
            writer.Line("new Span<float>(At(workspace, FeatureSumAt), FeatureStride).Clear();");
            if (plan.IsExponential)
            {
                writer.Line("new Span<float>(At(workspace, FeatureMaxAt), FeatureStride).Fill(float.NegativeInfinity);");
            }

            if (plan.IsCausal)
            {
                WriteCausal(writer, plan);
            }
            else
            {
                WriteBothWays(writer);
            }
        }

        writer.Line();
        WriteClear(writer);
        writer.Line();
        WriteUpdate(writer, plan);
    }

    private static void WriteBothWays(CodeWriter writer)
    {
        using (writer.Block("for (int block = 0; block < work.KeyLength; block += Chunk)"))
        {
            writer.Line("int count = Math.Min(Chunk, work.KeyLength - block);");
            writer.Line("PrepareKeys(call, work, block, count, workspace);");
            writer.Line("PackValues(call, work, block, block, block + count, At(workspace, ValuesAt));");
            writer.Line("UpdateState(call, work, block, count, workspace);");
        }

        writer.Line();
        using (writer.Block("if (work.KeyLength == 0)"))
        {
            writer.Line("ClearRows(call, work, work.Rows);");
            writer.Line("return;");
        }

        writer.Line();
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        using (writer.Block("for (int row = 0; row < work.Rows; row += Chunk)"))
        {
            writer.Line("AttendChunk(call, work, (work.KvHead * GroupSize) + member, row, Math.Min(Chunk, work.Rows - row), workspace);");
        }
    }

    private static void WriteCausal(CodeWriter writer, LinearPlan plan)
    {
        if (plan.HasState)
        {
            using (writer.Block("if (call->States != null)"))
            {
                writer.Line("LoadState(call, work, workspace);");
            }

            writer.Line();
        }

        writer.Line("int offset = call->AlignmentOffset;");
        writer.Line();
        writer.Line("// Queries that stand before the first key see none.");
        writer.Line($"int row = work.KeyLength == 0{(plan.HasState ? " && call->States == null" : string.Empty)} ? work.Rows : Math.Clamp(-offset, 0, work.Rows);");
        writer.Line("ClearRows(call, work, row);");
        writer.Line();
        writer.Line("// Chunks start at fixed keys. A query sees the state of the chunks before its own, and the keys of its own up to where it stands.");
        using (writer.Block("for (int block = 0; block < work.KeyLength && row < work.Rows; block += Chunk)"))
        {
            writer.Line("int count = Math.Min(Chunk, work.KeyLength - block);");
            writer.Line("PrepareKeys(call, work, block, count, workspace);");
            writer.Line("bool finite = PackValues(call, work, block, block, block + count, At(workspace, ValuesAt));");
            writer.Line("int stand = row + offset - block;");
            writer.Line("int rows = Math.Clamp(Chunk - stand, 0, work.Rows - row);");
            using (writer.Block("for (int member = 0; member < GroupSize && rows > 0; member++)"))
            {
                writer.Line("AttendChunk(call, work, (work.KvHead * GroupSize) + member, row, rows, stand, count, finite, workspace);");
            }

            writer.Line("row += rows;");
            writer.Line("UpdateState(call, work, block, count, workspace);");
        }

        writer.Line();
        writer.Line("// Queries past the last chunk see every key through the state.");
        using (writer.Block("for (; row < work.Rows; row += Chunk)"))
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("AttendChunk(call, work, (work.KvHead * GroupSize) + member, row, Math.Min(Chunk, work.Rows - row), 0, 0, true, workspace);");
        }

        if (plan.HasState)
        {
            writer.Line();
            using (writer.Block("if (call->States != null)"))
            {
                writer.Line("StoreState(call, work, workspace);");
            }
        }
    }

    private static void WriteClear(CodeWriter writer)
    {
        writer.Line("// The first rows of every head of the group see no key: zeros.");
        using (writer.Block("private static void ClearRows(AttentionCall* call, WorkItem work, int rows)"))
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("float* target = call->Output.Head(work.Batch, (work.KvHead * GroupSize) + member);");
            using (writer.Block("for (int r = 0; r < rows; r++)"))
            {
                writer.Line("new Span<float>(target + (r * call->Output.RowStride), ValueDim).Clear();");
            }
        }
    }

    private static void WriteUpdate(CodeWriter writer, LinearPlan plan)
    {
        writer.Line("// state += features of the chunk's keys * their values, and the sums of features likewise.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void UpdateState(AttentionCall* call, WorkItem work, int block, int count, byte* workspace)"))
        {
            writer.Line("float* sum = At(workspace, FeatureSumAt), chunkSum = At(workspace, ChunkSumAt);");
            Columns.Write(writer, plan.Dialect, 0, plan.Map.Features, static (target, index) =>
                target.Store(target.Add(target.Load("sum", index), target.Load("chunkSum", index)), "sum", index));
            writer.Line();
            writer.Line("// The next chunk is asked for meanwhile, some rows with every tile.");
            writer.Line("float* keys = call->Key.Head(work.Batch, work.KvHead), values = call->Value.Head(work.Batch, work.KvHead);");
            int column = 0;
            foreach (int width in plan.Base.ValueTiles())
            {
                string offset = column == 0 ? string.Empty : $" + {column}";
                using (writer.Block("for (int f = 0, next = block + Chunk; f < FeatureRows; f += TileRows, next += RowsAhead)"))
                {
                    if (column == 0)
                    {
                        writer.Line("CachePrefetch.Rows(keys, call->Key.RowStride, next, Math.Min(RowsAhead, block + (2 * Chunk) - next), work.KeyLength, HeadDim);");
                        writer.Line("CachePrefetch.Rows(values, call->Value.RowStride, next, Math.Min(RowsAhead, block + (2 * Chunk) - next), work.KeyLength, ValueDim);");
                    }

                    writer.Line($"AddToState{width}(At(workspace, KeyFeaturesAt) + (f * Chunk), At(workspace, ValuesAt){offset}, At(workspace, StateAt) + (f * PaddedValueDim){offset}, count);");
                }

                column += width * plan.Dialect.Lanes;
            }
        }
    }
}
