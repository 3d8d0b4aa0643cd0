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
        WriteMove(writer);
        writer.Line();
        AtOnceTileStage.Write(writer, plan, atOnce, pass);
        if (plan.WalksBlocks)
        {
            writer.Line();
        }
    }

    private static void WriteRun(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            if (atOnce.HasGlobalRows)
            {
                writer.Line("// Tiles with a query that sees every key pass over blocks of them.");
                writer.Line($"int global = Math.Clamp(GlobalRows{pass.Suffix} - work.FirstRow - call->AlignmentOffset, 0, work.Rows);");
                writer.Line("global = Math.Min((global + TileRows - 1) / TileRows * TileRows, work.Rows);");
                using (writer.Block("for (int first = 0; first < global; first += ChunkRows)"))
                {
                    writer.Line("AttendBlocks(call, work.Part(first, Math.Min(ChunkRows, global - first)), workspace);");
                }

                writer.Line();
                writer.Line("work = work.Part(global, work.Rows - global);");
            }

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

            writer.Line("AttendTiles(call, work, workspace);");
        }
    }

    private static void WriteTiles(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        writer.Line("// Tile after tile of queries. Keys [block, packed) stand in the workspace: all that the tile at hand sees, and on from there.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AttendTiles(AttentionCall* call, WorkItem work, byte* workspace)"))
        {
            writer.Line("float* keys = At(workspace, KeysAt), values = At(workspace, ValuesAt);");
            writer.Line("int stand = work.FirstRow + call->AlignmentOffset; // the key that the chunk's first query stands at");
            writer.Line($"int endKey = Math.Min(work.KeyLength, {pass.Last("stand + work.Rows - 1")} + 1);");
            if (atOnce.Sinks > 0)
            {
                writer.Line("int sinkKeys = Math.Min(SinkKeys, work.KeyLength);");
                writer.Line($"PackKeys(call, work, 0, 0, sinkKeys, At(workspace, SinkKeysAt){KeyStage.Extra(plan, pass, typed: false)});");
                writer.Line("bool finiteSinks = PackValues(call, work, 0, 0, sinkKeys, At(workspace, SinkValuesAt));");
            }

            writer.Line("int block = 0, packed = 0, finiteFrom = 0; // values from the last on are finite");
            using (writer.Block("for (int row = 0, rows; row < work.Rows; row += rows)"))
            {
                WriteTile(writer, plan, atOnce, pass);
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
            writer.Line("int first = from / Lanes * Lanes;");
            using (writer.Block("if (first >= packed)"))
            {
                writer.Line("(block, packed) = (first, first); // nothing that is packed is seen any more");
            }

            using (writer.Block("else if (to > block + KeyBlock)"))
            {
                writer.Line("Move(keys, values, first - block, packed - first);");
                writer.Line("block = first;");
            }

            writer.Line();
            writer.Line($"int until = Math.Min(Math.Min(endKey, block + KeyBlock), packed + ((to - packed + {AtOncePlan.PackedKeys - 1}) / {AtOncePlan.PackedKeys} * {AtOncePlan.PackedKeys}));");
            writer.Line($"PackKeys(call, work, block, packed, until, keys{KeyStage.Extra(plan, pass, typed: false)});");
            writer.Line("finiteFrom = PackValues(call, work, block, packed, until, values) ? finiteFrom : until;");
            writer.Line("packed = until;");
        }

        writer.Line();
        writer.Line(atOnce.Sinks > 0 ? "bool finite = finiteSinks && from >= finiteFrom;" : "bool finite = from >= finiteFrom;");
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("AttendAtOnce(call, work, member, row, rows, block, from, to, finite, workspace);");
        }
    }

    private static void WriteMove(CodeWriter writer)
    {
        writer.Line("// Keys that are still seen move to the front of their buffers, to make room behind them.");
        using (writer.Block("private static void Move(float* keys, float* values, int first, int count)"))
        {
            writer.Line("int whole = (count + Lanes - 1) / Lanes * Lanes; // keys stand in panels");
            writer.Line("new ReadOnlySpan<float>(keys + (first * QueryDim), whole * QueryDim).CopyTo(new Span<float>(keys, whole * QueryDim));");
            writer.Line("new ReadOnlySpan<float>(values + (first * PaddedValueDim), count * PaddedValueDim).CopyTo(new Span<float>(values, count * PaddedValueDim));");
        }
    }
}
