using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Products of queries and keys on tensor cores.</summary>
internal static class TensorScoreStage
{
    /// <summary>The warp's queries, to registers for the whole walk over the keys.</summary>
    public static void WriteQueries(CodeWriter writer, TensorPlan plan)
    {
        TensorRows rows = plan.Tile.QueryRows;
        writer.Line("// This warp's queries, kept in registers.");
        PtxText text = new();
        text.Add("add.u32 keyTile, base, %0");
        for (int step = 0; step < plan.FeatureSteps; step++)
        {
            string at = WriteAddress(text, rows, "at", "%1", "keyTile", step);
            for (int block = 0; block < plan.Tile.RowBlocks; block++)
            {
                string q(int n) => plan.Query(block, step, n);
                text.Add($"ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{{q(0)}, {q(1)}, {q(2)}, {q(3)}}}, [{At(at, rows, step, block * TensorTile.Block * rows.Pitch)}]");
            }
        }

        text.Write(writer, $"thread / 32 * {plan.Tile.WarpRows * rows.Pitch}", rows.Place("row", "piece"));
    }

    /// <summary>Scores of a tile.</summary>
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        TensorRows rows = plan.Tile.QueryRows;
        writer.Line($"// score = query . key: {plan.Tile.RowBlocks} x {plan.KeyColumns} products of 16 rows and 8 keys, 16 features at a time.");
        PtxText text = new();
        text.Add("add.u32 keyTile, base, %0");
        for (int n = 0; n < plan.Tile.RowBlocks * plan.KeyColumns * 4; n++)
        {
            text.Add($"mov.f32 score{n}, {PtxText.Of(0f)}");
        }

        for (int step = 0; step < plan.FeatureSteps; step++)
        {
            string at = WriteAddress(text, rows, "at", "keyLane", "keyTile", step);
            for (int pair = 0; pair < plan.KeyColumns / 2; pair++)
            {
                text.Add($"ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{key0, key1, key2, key3}}, [{At(at, rows, step, pair * TensorTile.Block * rows.Pitch)}]");
                for (int block = 0; block < plan.Tile.RowBlocks; block++)
                {
                    string query = $"{plan.Query(block, step, 0)}, {plan.Query(block, step, 1)}, {plan.Query(block, step, 2)}, {plan.Query(block, step, 3)}";
                    for (int side = 0; side < 2; side++)
                    {
                        int column = (2 * pair) + side;
                        string sums = $"{plan.Score(block, column, 0)}, {plan.Score(block, column, 1)}, {plan.Score(block, column, 2)}, {plan.Score(block, column, 3)}";
                        WriteProduct(text, plan, sums, query, $"key{2 * side}, key{(2 * side) + 1}");
                    }
                }
            }
        }

        text.Write(writer, "KeysAt + (stage * KeyBytes)");
    }

    /// <summary>A product of a [16, 16] and a [16, 8] fragment, added to sums.</summary>
    public static void WriteProduct(PtxText text, TensorPlan plan, string sums, string left, string right) =>
        text.Add($"mma.sync.aligned.m16n8k16.row.col.f32.{plan.Element}.{plan.Element}.f32 {{{sums}}}, {{{left}}}, {{{right}}}, {{{sums}}}");

    /// <summary>The address of a lane's piece at a step of 16 features; where rows are swizzled it takes an instruction, otherwise only the first does.</summary>
    public static string WriteAddress(PtxText text, TensorRows rows, string target, string lane, string tile, int step)
    {
        if (rows.IsSwizzled && step > 0)
        {
            text.Add($"xor.b32 {target}, {lane}, {step * 2 * TensorRows.PieceBytes}");
            text.Add($"add.u32 {target}, {target}, {tile}");
        }
        else if (step == 0)
        {
            text.Add($"add.u32 {target}, {lane}, {tile}");
        }

        return target;
    }

    /// <summary>An address and an offset, of which steps are a part where rows are not swizzled.</summary>
    public static string At(string address, TensorRows rows, int step, int offset) =>
        $"{address}+{offset + (rows.IsSwizzled ? 0 : step * 2 * TensorRows.PieceBytes)}";
}
