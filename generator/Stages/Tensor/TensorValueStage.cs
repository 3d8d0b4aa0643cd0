using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Adds a tile's values, weighted, to the outputs: products on tensor cores, with values transposed as they are loaded. Where a key is hidden from some row, its weight
/// of zero must not be multiplied by a value that is not finite: such tiles are looked over first, and go another way if there is one (see <see cref="TensorExactStage"/>).
/// </summary>
internal static class TensorValueStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        TensorExactStage.WriteCheck(writer, plan);
        writer.Line($"// output += weight . value: {plan.Tile.RowBlocks} x {plan.ValueColumns} products of 16 rows and 8 features, 16 keys at a time.");
        string[] bounds = [.. TensorMaskStage.Arguments(plan, Enumerable.Range(0, plan.Tile.RowBlocks))];
        PtxText text = new();
        WriteAddresses(text, plan, $"%{bounds.Length}");
        text.Add("setp.eq.s32 taken, suspect, 0");
        text.Add("@taken bra.uni allFinite");
        TensorExactStage.Write(text, plan);
        text.Add("bra.uni valuesDone");
        text.Label("allFinite");
        for (int step = 0; step < plan.Tile.Keys / TensorTile.Block; step++)
        {
            for (int pair = 0; pair < plan.ValueColumns / 2; pair++)
            {
                WriteLoad(text, plan, step, pair);
                for (int block = 0; block < plan.Tile.RowBlocks; block++)
                {
                    WriteProducts(text, plan, step, pair, block);
                }
            }
        }

        text.Label("valuesDone");
        text.Add("mov.b32 suspect, 0");
        text.Write(writer, [.. bounds, TensorCopyStage.ValuesAt(plan, "stage")]);
    }

    /// <summary>The addresses of the lane's pieces.</summary>
    public static void WriteAddresses(PtxText text, TensorPlan plan, string place)
    {
        text.Add($"add.u32 at, base, {place}");
        TensorScoreStage.WriteAddresses(text, plan.Tile.ValueRows, "valueAt", "valueLane", "at");
    }

    /// <summary>Loads 16 keys' values of 16 features.</summary>
    public static void WriteLoad(PtxText text, TensorPlan plan, int step, int pair)
    {
        TensorRows rows = plan.Tile.ValueRows;
        string at = TensorScoreStage.At("valueAt", rows, pair, step * TensorTile.Block * rows.Pitch);
        text.Add($"ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {{value0, value1, value2, value3}}, [{at}]");
    }

    /// <summary>Adds them, weighted, to the outputs of a block of rows.</summary>
    public static void WriteProducts(PtxText text, TensorPlan plan, int step, int pair, int block)
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
