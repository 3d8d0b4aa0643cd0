using System.Collections.Generic;
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
        PtxText text = new();
        text.Add("mov.b64 from, %0");
        WriteRows(text, plan.Tile.QueryRows, plan.Tile.Rows, "Key");
        text.Write(writer, Source("Query", "key"), "QueriesAt", "work.Rows - keyCopyRow", RoundBytes(plan.Tile.QueryRows, "Query"));
    }

    /// <summary>Where this thread's copies begin: of the head's first key and value, and in a tile. In registers of their own, since ILGPU would compute them again for each tile.</summary>
    public static void WritePlaces(CodeWriter writer, TensorPlan plan)
    {
        PtxText text = new();
        List<string> arguments = [];
        foreach ((string side, TensorRows rows) in new[] { ("Key", plan.Tile.QueryRows), ("Value", plan.Tile.ValueRows) })
        {
            string name = side.ToLowerInvariant();
            writer.Line($"int {name}CopyRow = thread / {rows.CopyThreads}, {name}CopyPiece = thread % {rows.CopyThreads};");
            text.Add($"mov.b64 {name}Source, %{arguments.Count}");
            text.Add($"add.u32 {name}Target, base, %{arguments.Count + 1}");
            arguments.AddRange([Source(side, name), rows.Place($"{name}CopyRow", $"{name}CopyPiece")]);
            if (rows.LastPieces > 0)
            {
                text.Add($"setp.lt.s32 has{side}Piece, %{arguments.Count}, {rows.LastPieces}");
                arguments.Add($"{name}CopyPiece");
            }
        }

        text.Write(writer, [.. arguments]);
    }

    /// <summary>A tile of keys.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="tile">The tile's first key, as C#.</param>
    /// <param name="stage">Which of two stages it goes to, as C#, where there are two.</param>
    public static void WriteKeys(CodeWriter writer, TensorPlan plan, string tile, string stage = "") =>
        WriteTile(writer, plan, "Key", plan.Tile.QueryRows, tile, KeysAt(plan, stage));

    /// <summary>A tile of values; as for keys.</summary>
    public static void WriteValues(CodeWriter writer, TensorPlan plan, string tile, string stage = "") =>
        WriteTile(writer, plan, "Value", plan.Tile.ValueRows, tile, ValuesAt(plan, stage));

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

    private static void WriteTile(CodeWriter writer, TensorPlan plan, string side, TensorRows rows, string tile, string place)
    {
        string name = side.ToLowerInvariant();
        PtxText text = new();
        text.Add("cvt.s64.s32 from, %0");
        text.Add($"mad.lo.s64 from, from, %4, {name}Source");
        WriteRows(text, rows, plan.Tile.Keys, side);
        text.Write(writer, tile, place, $"endKey - {tile} - {name}CopyRow", RoundBytes(rows, side), $"2 * call.{side}RowStride");
    }

    // Arguments: %1 the place of the rows in shared memory, %2 how many of them are real from this thread's first on, %3 bytes between the rows of two rounds.
    private static void WriteRows(PtxText text, TensorRows rows, int count, string side)
    {
        text.Add($"add.u32 to, {side.ToLowerInvariant()}Target, %1");
        for (int first = 0; first < count; first += RowsAtOnce(rows))
        {
            text.Add($"setp.gt.s32 taken, %2, {first}");
            text.Add("selp.b32 size, 16, 0, taken");
            for (int piece = 0; piece < rows.Pieces; piece += 8)
            {
                string guard = rows.Pieces - piece >= rows.CopyThreads ? string.Empty : $"@has{side}Piece ";
                text.Add($"{guard}cp.async.cg.shared.global [to+{(first * rows.Pitch) + (piece * TensorRows.PieceBytes)}], [from+{piece * TensorRows.PieceBytes}], 16, size");
            }

            if (first + RowsAtOnce(rows) < count)
            {
                text.Add("add.s64 from, from, %3");
            }
        }
    }

    private static int RowsAtOnce(TensorRows rows) => TensorTile.Threads / rows.CopyThreads;

    private static string RoundBytes(TensorRows rows, string side) => $"{2 * RowsAtOnce(rows)} * call.{side}RowStride";

    private static string Source(string side, string name) => $"call.{side}Address + (2L * (work.{side}At + ({name}CopyRow * call.{side}RowStride) + ({name}CopyPiece * {TensorRows.PieceFeatures})))";
}
