using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One work item where a tile sees all its keys at once: tile after tile, with the keys of the next ones packed behind those that are still seen.
/// Keys keep the panels they would have in any other item, so results don't depend on how queries were cut into chunks.
/// </summary>
internal static class AtOnceItemStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce)
    {
        KeyPass pass = plan.Passes[0];
        WriteRun(writer, plan, atOnce, pass);
        writer.Line();
        WriteTiles(writer, plan, atOnce, pass);
        writer.Line();
        WriteMove(writer, atOnce);
        if (atOnce.MergesSinks)
        {
            writer.Line();
            AtOnceSinkStage.WriteMerge(writer, plan.Dialect, pass);
        }

        writer.Line();
        AtOnceTileStage.Write(writer, plan, atOnce, pass);
        if (atOnce.GlobalRows > 0)
        {
            writer.Line();
            AtOnceGlobalStage.Write(writer, plan, pass);
        }
    }

    private static void WriteRun(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            string[] prepare = [.. plan.ScoreSteps.SelectMany(static step => step.PrepareHead)];
            if (prepare.Length > 0)
            {
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                {
                    foreach (string statement in prepare)
                    {
                        writer.Line(statement);
                    }
                }

                writer.Line();
            }

            if (atOnce.GlobalRows == 0)
            {
                writer.Line("AttendTiles(call, work, workspace);");
                return;
            }

            writer.Line("// Tiles with a query that sees every key, and those without.");
            writer.Line($"int global = Math.Clamp(GlobalRows{pass.Suffix} - work.FirstRow - call->AlignmentOffset, 0, work.Rows);");
            writer.Line("global = Math.Min((global + TileRows - 1) / TileRows * TileRows, work.Rows);");
            writer.Line("// Queries that stand before the first key are among them: they may be more than have a place for their state.");
            using (writer.Block("for (; global > ChunkRows; global -= ChunkRows)"))
            {
                writer.Line("AttendTiles(call, work.Part(0, ChunkRows), work.Part(ChunkRows, 0), workspace);");
                writer.Line("work = work.Part(ChunkRows, work.Rows - ChunkRows);");
            }

            writer.Line();
            writer.Line("AttendTiles(call, work.Part(0, global), work.Part(global, work.Rows - global), workspace);");
        }
    }

    private static void WriteTiles(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("// Tile after tile of queries. Keys [block, packed) stand in the workspace: all that the tile at hand sees, and on from there.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void AttendTiles(AttentionCall* call, {(atOnce.GlobalRows > 0 ? "WorkItem global, " : string.Empty)}WorkItem work, byte* workspace)"))
        {
            writer.Line("float* keys = At(workspace, KeysAt), values = At(workspace, ValuesAt);");
            if (atOnce.ReadsInPlace)
            {
                writer.Line("// Rows of values that stand one behind the other are read where they are; others are packed.");
                writer.Line($"bool inPlace = call->Value.RowStride == PaddedValueDim{(plan.Cache is null ? string.Empty : " && !call->Cache.IsPresent")};");
                writer.Line("values = inPlace ? call->Value.Head(work.Batch, work.KvHead) : values;");
            }

            writer.Line("int stand = work.FirstRow + call->AlignmentOffset; // the key that the chunk's first query stands at");
            writer.Line($"int endKey = Math.Min(work.KeyLength, {pass.Last("stand + work.Rows - 1")} + 1);");
            if (atOnce.Sinks > 0)
            {
                writer.Line("int sinkKeys = Math.Min(SinkKeys, work.KeyLength);");
                writer.Line($"PackKeys(call, work, 0, 0, sinkKeys, At(workspace, SinkKeysAt){KeyStage.Extra(plan, pass, typed: false)});");
                writer.Line("bool finiteSinks = PackValues(call, work, 0, 0, sinkKeys, At(workspace, SinkValuesAt));");
            }

            writer.Line("int block = 0, packed = 0, finiteFrom = 0; // values from the last on are finite");
            if (atOnce.MergesSinks)
            {
                writer.Line("int merged = -1; // the last panel that sinks took lanes of");
            }

            if (atOnce.GlobalRows > 0)
            {
                writer.Line("int joined = 0; // queries that see every key have seen those before");
                using (writer.Block("if (global.Rows > 0)"))
                {
                    writer.Line("BeginGlobal(call, global, workspace);");
                }

                writer.Line();
            }

            using (writer.Block("for (int row = 0, rows; row < work.Rows; row += rows)"))
            {
                WriteTile(writer, plan, atOnce, pass);
            }

            if (atOnce.GlobalRows > 0)
            {
                writer.Line();
                AtOnceGlobalStage.WriteEnd(writer);
            }
        }
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("int query = stand + row;");
        writer.Line("rows = Math.Min(TileRows, work.Rows - row);");
        if (pass.Range.BlockSize > 0)
        {
            writer.Line("// A tile ends with its block, so that its rows see the same keys; blocks of the call's mask have tiles of their own.");
            writer.Line($"rows = call->Blocks.IsPresent ? rows : Math.Min(rows, KeySpacing.BlockStart(query, BlockSize{pass.Suffix}) + BlockSize{pass.Suffix} - query);");
        }

        writer.Line($"int from = Math.Max({(atOnce.Sinks > 0 ? "SinkKeys" : "0")}, {pass.First("query")});");
        writer.Line($"int to = Math.Min(endKey, {pass.Last("query + rows - 1")} + 1);");
        using (writer.Block("if (from >= to)"))
        {
            writer.Line($"(from, to) = (block, block); // nothing{(atOnce.Sinks > 0 ? " but the sinks" : string.Empty)} is seen");
        }

        using (writer.Block("else if (to > packed)"))
        {
            writer.Line($"int first = from / Lanes * Lanes, until = Math.Min(endKey, (to + {AtOncePlan.PackedKeys - 1}) / {AtOncePlan.PackedKeys} * {AtOncePlan.PackedKeys});");
            using (writer.Block("if (first >= packed)"))
            {
                if (atOnce.GlobalRows > 0)
                {
                    AtOnceGlobalStage.WriteSkip(writer);
                }

                writer.Line("(block, packed) = (first, first); // nothing that is packed is seen any more");
            }

            using (writer.Block("else if (until > block + PackedKeys)"))
            {
                if (atOnce.GlobalRows > 0)
                {
                    writer.Line("first = global.Rows > 0 ? Math.Min(first, joined) : first;");
                }

                writer.Line($"Move(keys, {(atOnce.ReadsInPlace ? "inPlace ? null : values" : "values")}, first - block, packed - first);");
                writer.Line("block = first;");
            }

            writer.Line();
            writer.Line($"PackKeys(call, work, block, packed, until, keys{KeyStage.Extra(plan, pass, typed: false)});");
            const string Pack = "PackValues(call, work, block, packed, until, values)";
            writer.Line($"finiteFrom = {(atOnce.ReadsInPlace ? $"(inPlace ? AreFinite(values + (packed * PaddedValueDim), until - packed) : {Pack})" : Pack)} ? finiteFrom : until;");
            writer.Line("packed = until;");
            if (atOnce.GlobalRows > 0)
            {
                AtOnceGlobalStage.WriteStep(writer, atOnce);
            }
        }

        writer.Line();
        writer.Line(atOnce.Sinks > 0 ? "bool finite = finiteSinks && from >= finiteFrom;" : "bool finite = from >= finiteFrom;");
        if (atOnce.MergesSinks)
        {
            writer.Line("int start = from / Lanes * Lanes;");
            using (writer.Block($"if ({AtOnceSinkStage.Merges(pass)} && start != merged)"))
            {
                writer.Line("MergeSinks(At(workspace, SinkKeysAt), keys + ((start - block) * QueryDim));");
                writer.Line("merged = start;");
            }

            writer.Line();
        }

        writer.Line($"float* seenValues = values + (({(atOnce.ReadsInPlace ? "inPlace ? from : from - block" : "from - block")}) * PaddedValueDim);");
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("AttendAtOnce(call, work, member, row, rows, block, from, to, seenValues, finite, workspace);");
        }
    }

    private static void WriteMove(CodeWriter writer, AtOncePlan atOnce)
    {
        writer.Line($"// Keys that are still seen move to the front of their buffers, to make room behind them{(atOnce.ReadsInPlace ? "; so do their values, if they are packed" : string.Empty)}.");
        using (writer.Block("private static void Move(float* keys, float* values, int first, int count)"))
        {
            writer.Line("int whole = (count + Lanes - 1) / Lanes * Lanes; // keys stand in panels");
            writer.Line("new ReadOnlySpan<float>(keys + (first * QueryDim), whole * QueryDim).CopyTo(new Span<float>(keys, whole * QueryDim));");
            const string Values = "new ReadOnlySpan<float>(values + (first * PaddedValueDim), count * PaddedValueDim).CopyTo(new Span<float>(values, count * PaddedValueDim));";
            if (!atOnce.ReadsInPlace)
            {
                writer.Line(Values);
                return;
            }

            using (writer.Block("if (values != null)"))
            {
                writer.Line(Values);
            }
        }
    }
}
