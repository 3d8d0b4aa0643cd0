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
            "call.QueryRowStride",
            "keyCopyAt",
            "work.Rows - keyCopyRow");
        writer.Line("CudaAsm.Emit(\"cp.async.commit_group\");");
    }

    /// <summary>A tile of keys and one of values.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="tile">The tile's first key, as C#.</param>
    /// <param name="stage">Which of the two places it goes to, as C#.</param>
    public static void WriteKeyValues(CodeWriter writer, TensorPlan plan, string tile, string stage)
    {
        TensorTile sizes = plan.Tile;
        WriteRows(
            writer,
            sizes.QueryRows,
            sizes.Keys,
            "Key",
            $"call.KeyAddress + (2L * (work.KeyAt + (({tile} + keyCopyRow) * call.KeyRowStride) + (keyCopyPiece * {TensorRows.PieceFeatures})))",
            "call.KeyRowStride",
            $"KeysAt + ({stage} * KeyBytes) + keyCopyAt",
            $"endKey - {tile} - keyCopyRow");
        WriteRows(
            writer,
            sizes.ValueRows,
            sizes.Keys,
            "Value",
            $"call.ValueAddress + (2L * (work.ValueAt + (({tile} + valueCopyRow) * call.ValueRowStride) + (valueCopyPiece * {TensorRows.PieceFeatures})))",
            "call.ValueRowStride",
            $"ValuesAt + ({stage} * ValueBytes) + valueCopyAt",
            $"endKey - {tile} - valueCopyRow");
    }

    /// <summary>Waits until only the last so many committed groups of copies are under way.</summary>
    public static void WriteWait(CodeWriter writer, int groups)
    {
        writer.Line($"CudaAsm.Emit(\"cp.async.wait_group {groups}\");");
        writer.Line("Group.Barrier();");
    }

    private static void WriteRows(CodeWriter writer, TensorRows rows, int count, string side, string source, string stride, string target, string left)
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

        text.Write(writer, source, $"{2 * rowsAtOnce}L * {stride}", target, left);
    }
}
