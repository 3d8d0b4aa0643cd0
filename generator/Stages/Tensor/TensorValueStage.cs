using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Adds a tile's values, weighted, to the outputs: products on tensor cores, with values transposed as they are loaded.</summary>
internal static class TensorValueStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        TensorRows rows = plan.Tile.ValueRows;
        writer.Line($"// output += weight . value: {plan.Tile.RowBlocks} x {plan.ValueColumns} products of 16 rows and 8 features, 16 keys at a time.");
        PtxText text = new();
        text.Add("add.u32 keyTile, base, %0");
        int pairs = plan.ValueColumns / 2;
        for (int pair = 0; pair < pairs; pair++)
        {
            if (rows.IsSwizzled || pair == 0)
            {
                TensorScoreStage.WriteAddress(text, rows, $"valueAt{pair}", "valueLane", "keyTile", pair);
            }
        }

        for (int step = 0; step < plan.Tile.Keys / TensorTile.Block; step++)
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                string at = rows.IsSwizzled ? $"valueAt{pair}" : "valueAt0";
                text.Add($"ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {{value0, value1, value2, value3}}, [{TensorScoreStage.At(at, rows, pair, step * TensorTile.Block * rows.Pitch)}]");
                for (int block = 0; block < plan.Tile.RowBlocks; block++)
                {
                    WriteProducts(text, plan, step, pair, block);
                }
            }
        }

        text.Write(writer, "ValuesAt + (stage * ValueBytes)");
    }

    private static void WriteProducts(PtxText text, TensorPlan plan, int step, int pair, int block)
    {
        string weights = $"{plan.Weights(block, 2 * step, 0)}, {plan.Weights(block, 2 * step, 1)}, {plan.Weights(block, (2 * step) + 1, 0)}, {plan.Weights(block, (2 * step) + 1, 1)}";
        for (int side = 0; side < 2; side++)
        {
            int column = (2 * pair) + side;
            string sums = $"{plan.Output(block, column, 0)}, {plan.Output(block, column, 1)}, {plan.Output(block, column, 2)}, {plan.Output(block, column, 3)}";
            TensorScoreStage.WriteProduct(text, plan, sums, weights, $"value{2 * side}, value{(2 * side) + 1}");
        }
    }
}
