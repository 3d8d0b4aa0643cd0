using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Copies rows to shared memory in the background, 16 bytes a thread at a time; rows past the last real one become zeros.</summary>
internal static class TensorCopyStage
{
    /// <summary>The tile's queries.</summary>
    public static void WriteQueries(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// The tile's queries set out for shared memory.");
        WriteRows(
            writer,
            plan.Tile.QueryRows,
            plan.Tile.Rows,
            "Key",
            $"call.QueryAddress + (2L * (work.QueryAt + (keyCopyRow * call.QueryRowStride) + (keyCopyPiece * {TensorRows.PieceFeatures})))",
            "2 * call.QueryRowStride",
            "QueriesAt + keyCopyAt",
            "work.Rows - keyCopyRow");
    }

    /// <summary>Where this thread's copies of keys and values begin.</summary>
    public static void WriteSources(CodeWriter writer)
    {
        writer.Line("// What this thread copies of a head's first keys and values, and how far apart rows are: addresses and bytes.");
        foreach (string side in new[] { "Key", "Value" })
        {
            string name = side.ToLowerInvariant();
            writer.Line($"long {name}Source = call.{side}Address + (2L * (work.{side}At + ({name}CopyRow * call.{side}RowStride) + ({name}CopyPiece * {TensorRows.PieceFeatures}))), {name}RowBytes = 2 * call.{side}RowStride;");
        }
    }

    /// <summary>A tile of keys.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="tile">The tile's first key, as C#.</param>
    /// <param name="stage">Which of two stages it goes to, as C#, where there are two.</param>
    public static void WriteKeys(CodeWriter writer, TensorPlan plan, string tile, string stage = "") =>
        WriteRows(writer, plan.Tile.QueryRows, plan.Tile.Keys, "Key", $"keySource + ({tile} * keyRowBytes)", "keyRowBytes", $"{KeysAt(plan, stage)} + keyCopyAt", $"endKey - {tile} - keyCopyRow");

    /// <summary>A tile of values; as for keys.</summary>
    public static void WriteValues(CodeWriter writer, TensorPlan plan, string tile, string stage = "") =>
        WriteRows(writer, plan.Tile.ValueRows, plan.Tile.Keys, "Value", $"valueSource + ({tile} * valueRowBytes)", "valueRowBytes", $"{ValuesAt(plan, stage)} + valueCopyAt", $"endKey - {tile} - valueCopyRow");

    /// <summary>Where the keys of a stage stand in shared memory, as C#.</summary>
    public static string KeysAt(TensorPlan plan, string stage) => plan.Tile.HoldsQueries ? $"KeysAt + ({stage} * StageBytes)" : "KeysAt";

    /// <summary>Where its values do.</summary>
    public static string ValuesAt(TensorPlan plan, string stage) => plan.Tile.HoldsQueries ? $"ValuesAt + ({stage} * StageBytes)" : "ValuesAt";

    /// <summary>Closes a group of copies, which can be waited for.</summary>
    public static void WriteCommit(CodeWriter writer) => writer.Line("CudaAsm.Emit(\"cp.async.commit_group\");");

    /// <summary>Waits until only the last so many committed groups of copies are under way.</summary>
    public static void WriteWait(CodeWriter writer, int groups)
    {
        writer.Line($"CudaAsm.Emit(\"cp.async.wait_group {groups}\");");
        writer.Line("Group.Barrier();");
    }

    private static void WriteRows(CodeWriter writer, TensorRows rows, int count, string side, string source, string rowBytes, string target, string left)
    {
        int rowsAtOnce = TensorTile.Threads / rows.CopyThreads;
        PtxText text = new();
        text.Add("mov.b64 from, %0");
        text.Add("add.u32 to, base, %2");
        for (int first = 0; first < count; first += rowsAtOnce)
        {
            text.Add($"setp.gt.s32 taken, %3, {first}");
            text.Add("selp.b32 size, 16, 0, taken");
            for (int piece = 0; piece < rows.Pieces; piece += 8)
            {
                string guard = rows.Pieces - piece >= rows.CopyThreads ? string.Empty : $"@has{side}Piece ";
                text.Add($"{guard}cp.async.cg.shared.global [to+{(first * rows.Pitch) + (piece * TensorRows.PieceBytes)}], [from+{piece * TensorRows.PieceBytes}], 16, size");
            }

            if (first + rowsAtOnce < count)
            {
                text.Add("add.s64 from, from, %1");
            }
        }

        text.Write(writer, source, $"{rowsAtOnce} * {rowBytes}", target, left);
    }
}
