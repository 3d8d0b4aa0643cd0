using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Leading queries that see every key join those that see few: what is packed for these, they see before it makes room, so that keys and values
/// come from memory once. Groups of keys end at fixed indices, so results don't depend on how queries were cut into chunks.
/// </summary>
internal static class AtOnceGlobalStage
{
    /// <summary>Keys that are seen together.</summary>
    public const int Group = 64;

    public static void Write(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        WriteBegin(writer, plan);
        writer.Line();
        WriteJoin(writer, plan, pass);
        writer.Line();
        WriteAttend(writer, pass);
        writer.Line();
        TileStage.Write(writer, plan, pass);
    }

    /// <summary>Before keys make room: whole groups up to the first that is still seen are packed for themselves, and what follows is packed again.</summary>
    public static void WriteSkip(CodeWriter writer)
    {
        using (writer.Block("if (global.Rows > 0)"))
        {
            writer.Line("joined = JoinKeys(call, global, joined, first / JoinedKeys * JoinedKeys, workspace);");
            writer.Line("first = joined;");
        }

        writer.Line();
    }

    /// <summary>After keys were packed: those of whole groups are seen.</summary>
    public static void WriteStep(CodeWriter writer, AtOncePlan atOnce)
    {
        using (writer.Block("if (global.Rows > 0)"))
        {
            string values = atOnce.ReadsInPlace ? "values + ((inPlace ? block : 0) * PaddedValueDim)" : "values";
            writer.Line($"joined = AttendGlobal(call, global, block, joined, packed / JoinedKeys * JoinedKeys, {values}, joined >= finiteFrom, workspace);");
        }
    }

    /// <summary>After the last tile: the keys that no other query of the item sees, and the outputs.</summary>
    public static void WriteEnd(CodeWriter writer)
    {
        using (writer.Block("if (global.Rows > 0)"))
        {
            writer.Line("JoinKeys(call, global, joined, work.KeyLength, workspace);");
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("int state = member * ChunkRows;");
                writer.Line("Finish(call, global, (global.KvHead * GroupSize) + member, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            }
        }
    }

    private static void WriteBegin(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("// The queries that see every key, and sums and maxima that have seen none.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void BeginGlobal(AttentionCall* call, WorkItem global, byte* workspace)"))
        {
            writer.Line("int rows = (global.Rows + TileRows - 1) / TileRows * TileRows;");
            using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
            {
                writer.Line("int state = member * ChunkRows;");
                writer.Line($"PrepareQueries(call, global, (global.KvHead * GroupSize) + member, 0, rows, At(workspace, QueriesAt) + (state * QueryDim){QueryStage.Extra(plan, typed: false)});");
                writer.Line("ClearState(rows, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            }
        }
    }

    private static void WriteJoin(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("// Keys [from, end), packed for these queries alone; from is where a group begins.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static int JoinKeys(AttentionCall* call, WorkItem global, int from, int end, byte* workspace)"))
        {
            writer.Line("float* keys = At(workspace, KeysAt), values = At(workspace, ValuesAt);");
            using (writer.Block("for (int to; from < end; from = to)"))
            {
                writer.Line("to = Math.Min(from + (PackedKeys / JoinedKeys * JoinedKeys), end);");
                writer.Line($"PackKeys{pass.Suffix}(call, global, from, from, to, keys{KeyStage.Extra(plan, pass, typed: false)});");
                writer.Line($"bool finite = PackValues{pass.Suffix}(call, global, from, from, to, values);");
                writer.Line("AttendGlobal(call, global, from, from, to, values, finite, workspace);");
            }

            writer.Line();
            writer.Line("return from;");
        }
    }

    private static void WriteAttend(CodeWriter writer, KeyPass pass)
    {
        writer.Line("// Packed keys [from, to), group by group; values are those of the keys from block on.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static int AttendGlobal(AttentionCall* call, WorkItem global, int block, int from, int to, float* values, bool finite, byte* workspace)"))
        {
            using (writer.Block("for (int end; from < to; from = end)"))
            {
                writer.Line("end = Math.Min(from + JoinedKeys, to);");
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                using (writer.Block("for (int row = 0; row < global.Rows; row += TileRows)"))
                {
                    writer.Line($"AttendTile{pass.Suffix}(call, global, member, row, block, from, end, values, finite, workspace);");
                }
            }

            writer.Line();
            writer.Line("return from;");
        }
    }
}
