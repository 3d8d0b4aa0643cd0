using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Products of queries and keys on tensor cores.</summary>
internal static class TensorScoreStage
{
    /// <summary>The warp's queries, to registers for the whole walk over the keys.</summary>
    public static void WriteQueries(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// This warp's queries, kept in registers.");
        PtxText text = new();
        WriteQueryAddresses(text, plan);
        for (int step = 0; step < plan.FeatureSteps; step++)
        {
            WriteQueryLoads(text, plan, step);
        }

        text.Write(writer, QueryPlace(plan), plan.Tile.QueryRows.Place("row", "piece"));
    }

    /// <summary>Where this lane loads its warp's queries, for each tile.</summary>
    public static void WriteQueryPlaces(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// Where this warp's queries are.");
        PtxText text = new();
        WriteQueryAddresses(text, plan);
        text.Write(writer, QueryPlace(plan), plan.Tile.QueryRows.Place("row", "piece"));
        writer.Line();
    }

    /// <summary>Scores of a tile.</summary>
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        TensorRows rows = plan.Tile.QueryRows;
        writer.Line($"// score = query . key: {plan.Tile.RowBlocks} x {plan.KeyColumns} products of 16 rows and 8 keys, 16 features at a time.");
        PtxText text = new();
        text.Add("add.u32 at, base, %0");
        WriteAddresses(text, rows, "keyAt", "keyLane", "at");
        WriteZeros(text, plan);
        for (int step = 0; step < plan.FeatureSteps; step++)
        {
            if (!plan.Tile.HoldsQueries)
            {
                WriteQueryLoads(text, plan, step);
            }

            for (int pair = 0; pair < plan.KeyColumns / 2; pair++)
            {
                text.Add($"ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{key0, key1, key2, key3}}, [{At("keyAt", rows, step, pair * TensorTile.Block * rows.Pitch)}]");
                for (int block = 0; block < plan.Tile.RowBlocks; block++)
                {
                    WriteProducts(text, plan, step, pair, block);
                }
            }
        }

        text.Write(writer, TensorCopyStage.KeysAt(plan, "stage"));
    }

    /// <summary>Scores of a tile that nobody looks at.</summary>
    public static void WriteNothing(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// So that registers of scores are free in between.");
        PtxText text = new();
        WriteZeros(text, plan);
        text.Write(writer);
    }

    /// <summary>A product of a [16, 16] and a [16, 8] fragment, added to sums.</summary>
    public static void WriteProduct(PtxText text, TensorPlan plan, string sums, string left, string right) =>
        text.Add($"mma.sync.aligned.m16n8k16.row.col.f32.{plan.Element}.{plan.Element}.f32 {{{sums}}}, {{{left}}}, {{{right}}}, {{{sums}}}");

    /// <summary>The addresses of a lane's pieces, from its first place and the tile's.</summary>
    public static void WriteAddresses(PtxText text, TensorRows rows, string target, string lane, string tile)
    {
        text.Add($"add.u32 {target}0, {lane}, {tile}");
        for (int n = 1; n < rows.Addresses; n++)
        {
            text.Add($"xor.b32 {target}{n}, {lane}, {TensorRows.Turn(n)}");
            text.Add($"add.u32 {target}{n}, {target}{n}, {tile}");
        }
    }

    /// <summary>The address of a step of 16 features, and an offset.</summary>
    public static string At(string address, TensorRows rows, int step, int offset) => $"{address}{step % rows.Addresses}+{offset + rows.Offset(step)}";

    private static void WriteZeros(PtxText text, TensorPlan plan)
    {
        for (int n = 0; n < plan.Tile.RowBlocks * plan.KeyColumns * 4; n++)
        {
            text.Add($"mov.f32 score{n}, {PtxText.Of(0f)}");
        }
    }

    private static string QueryPlace(TensorPlan plan) => $"QueriesAt + (thread / 32 * {plan.Tile.WarpRows * plan.Tile.QueryRows.Pitch})";

    private static void WriteQueryAddresses(PtxText text, TensorPlan plan)
    {
        text.Add("add.u32 at, base, %0");
        WriteAddresses(text, plan.Tile.QueryRows, "queryAt", "%1", "at");
    }

    private static void WriteQueryLoads(PtxText text, TensorPlan plan, int step)
    {
        TensorRows rows = plan.Tile.QueryRows;
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            text.Add($"ldmatrix.sync.aligned.m8n8.x4.shared.b16 {{{Fragment(plan, step, block)}}}, [{At("queryAt", rows, step, block * TensorTile.Block * rows.Pitch)}]");
        }
    }

    private static void WriteProducts(PtxText text, TensorPlan plan, int step, int pair, int block)
    {
        for (int side = 0; side < 2; side++)
        {
            int column = (2 * pair) + side;
            string sums = $"{plan.Score(block, column, 0)}, {plan.Score(block, column, 1)}, {plan.Score(block, column, 2)}, {plan.Score(block, column, 3)}";
            WriteProduct(text, plan, sums, Fragment(plan, step, block), $"key{2 * side}, key{(2 * side) + 1}");
        }
    }

    private static string Fragment(TensorPlan plan, int step, int block) => $"{plan.Query(block, step, 0)}, {plan.Query(block, step, 1)}, {plan.Query(block, step, 2)}, {plan.Query(block, step, 3)}";
}
