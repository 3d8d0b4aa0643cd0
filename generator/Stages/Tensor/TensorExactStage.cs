using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The way of a tile in which a key is hidden from some row and a value is not finite. Such values are taken for zero in the products, and counted by products of their
/// own: of which key a row sees, with which of its features are not finite. An output that saw one is NaN.
/// </summary>
internal static class TensorExactStage
{
    /// <summary>Sets <c>suspect</c> to whether the tile has to go this way.</summary>
    public static void WriteCheck(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// A value that is not finite reaches only the rows that see it.");
        using (writer.Block("if (isEdge)"))
        {
            PtxText text = new();
            TensorValueStage.WriteAddresses(text, plan, "%0");
            text.Add("mov.b32 suspect, 0");
            for (int step = 0; step < plan.Tile.Keys / TensorTile.Block; step++)
            {
                for (int pair = 0; pair < plan.ValueColumns / 2; pair++)
                {
                    TensorValueStage.WriteLoad(text, plan, step, pair);
                    for (int n = 0; n < 4; n++)
                    {
                        WriteMark(text, plan, $"value{n}");
                        text.Add("or.b32 suspect, suspect, at");
                    }
                }
            }

            text.Add($"and.b32 suspect, suspect, {Marks}");
            text.Add("redux.sync.or.b32 suspect, suspect, -1");
            text.Write(writer, TensorCopyStage.ValuesAt(plan, "stage"));
        }

        using (writer.Block("else"))
        {
            PtxText text = new();
            text.Add("mov.b32 suspect, 0");
            text.Write(writer);
        }

        writer.Line();
    }

    /// <summary>The products, two columns of features at a time. The bounds of all blocks of rows are the text's first arguments.</summary>
    public static void Write(PtxText text, TensorPlan plan)
    {
        for (int pair = 0; pair < plan.ValueColumns / 2; pair++)
        {
            for (int n = 0; n < plan.Tile.RowBlocks * 8; n++)
            {
                text.Add($"mov.f32 flag{n}, {PtxText.Of(0f)}");
            }

            for (int step = 0; step < plan.Tile.Keys / TensorTile.Block; step++)
            {
                WriteStep(text, plan, step, pair);
            }

            for (int n = 0; n < plan.Tile.RowBlocks * 8; n++)
            {
                string output = plan.Output(n / 8, (2 * pair) + (n / 4 % 2), n % 4);
                text.Add($"setp.gt.f32 seen, flag{n}, {PtxText.Of(0f)}");
                text.Add($"selp.f32 {output}, {PtxText.Of(float.NaN)}, {output}, seen");
            }
        }
    }

    // The upper bits of both halves.
    private const string Marks = "2147516416";

    // Marks the halves whose exponent is all ones: its last bit added carries to the sign's place, and no further.
    private static void WriteMark(PtxText text, TensorPlan plan, string value)
    {
        text.Add($"and.b32 at, {value}, {(plan.IsBrain ? 0x7F807F80 : 0x7C007C00)}");
        text.Add($"add.u32 at, at, {(plan.IsBrain ? 0x00800080 : 0x04000400)}");
    }

    private static void WriteStep(PtxText text, TensorPlan plan, int step, int pair)
    {
        TensorValueStage.WriteLoad(text, plan, step, pair);
        for (int n = 0; n < 4; n++)
        {
            WriteMark(text, plan, $"value{n}");
            text.Add($"and.b32 at, at, {Marks}");
            text.Add("shr.u32 at, at, 15");
            text.Add("mul.lo.u32 at, at, 65535");
            text.Add($"and.b32 ones{n}, at, {One(plan, isUpper: false) | One(plan, isUpper: true)}");
            text.Add("xor.b32 at, at, -1");
            text.Add($"and.b32 value{n}, value{n}, at");
        }

        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            TensorValueStage.WriteProducts(text, plan, step, pair, block);
            WriteSight(text, plan, step, block);
            for (int side = 0; side < 2; side++)
            {
                int flag = (block * 8) + (side * 4);
                TensorScoreStage.WriteProduct(text, plan, $"flag{flag}, flag{flag + 1}, flag{flag + 2}, flag{flag + 3}", "sight0, sight1, sight2, sight3", $"ones{2 * side}, ones{(2 * side) + 1}");
            }
        }
    }

    // Ones where a row sees a key, as the left operand of a product.
    private static void WriteSight(PtxText text, TensorPlan plan, int step, int block)
    {
        for (int n = 0; n < 4; n++)
        {
            int column = (TensorTile.Block * step) + (n / 2 * 8);
            TensorMaskStage.WriteSeen(text, plan.Pass, block, plan.Tile.RowBlocks, n % 2, column);
            text.Add($"selp.b32 sight{n}, {One(plan, isUpper: false)}, 0, seen");
            TensorMaskStage.WriteSeen(text, plan.Pass, block, plan.Tile.RowBlocks, n % 2, column + 1);
            text.Add($"selp.b32 at, {One(plan, isUpper: true)}, 0, seen");
            text.Add($"or.b32 sight{n}, sight{n}, at");
        }
    }

    private static int One(TensorPlan plan, bool isUpper) => (plan.IsBrain ? 0x3F80 : 0x3C00) << (isUpper ? 16 : 0);
}
