using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Declares a thread's registers, and computes the places in shared memory that it copies to and reads from.</summary>
internal static class TensorRegisters
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        TensorTile tile = plan.Tile;
        int blocks = tile.RowBlocks;
        writer.Line("// Every register of the texts below. Scores, weights and outputs are fragments: a lane holds two neighbouring elements of row lane / 4, and two of the row 8 below.");
        PtxText text = new();
        text.Add($".reg .b32 query<{tile.QueryRegisters}>, key<4>, value<4>, weight<{blocks * plan.KeyColumns * 2}>");
        text.Add($".reg .f32 score<{blocks * plan.KeyColumns * 4}>, output<{blocks * plan.ValueColumns * 4}>, rowMax<{blocks * 2}>, rowSum<{blocks * 2}>");
        text.Add($".reg .f32 high, other, shift<{blocks * 2}>, factor<{blocks * 2}>, distance");
        text.Add(".reg .pred seen, taken, inside, empty, moved");
        text.Add(".reg .pred hasKeyPiece, hasValuePiece");
        text.Add($".reg .b32 base, to, keyTarget, valueTarget, size, at, keyLane, valueLane, queryAt<{tile.QueryRows.Addresses}>, keyAt<{tile.QueryRows.Addresses}>, valueAt<{tile.ValueRows.Addresses}>");
        text.Add(".reg .b64 from, keySource, valueSource");
        text.Add(".reg .b32 suspect, ones<4>, sight<4>");
        text.Add($".reg .f32 flag<{blocks * 8}>");
        text.Write(writer);
        writer.Line();
        WritePlaces(writer, plan);
        WriteZeros(writer, plan);
    }

    private static void WritePlaces(CodeWriter writer, TensorPlan plan)
    {
        TensorTile tile = plan.Tile;
        writer.Line("// The row and 16-byte piece that this lane points a load of four 8 x 8 matrices at: of keys, and of queries and values.");
        writer.Line("int keyRow = (lane / 16 * 8) + (lane % 8), keyPiece = lane / 8 % 2, row = lane % 16, piece = lane / 16;");
        PtxText text = new();
        text.Add("mov.u32 base, __dyn_shared_alloca");
        text.Add("mov.b32 keyLane, %0");
        text.Add("mov.b32 valueLane, %1");
        text.Write(writer, tile.QueryRows.Place("keyRow", "keyPiece"), tile.ValueRows.Place("row", "piece"));
        writer.Line("// What this thread copies.");
        TensorCopyStage.WritePlaces(writer, plan);
        writer.Line();
    }

    private static void WriteZeros(CodeWriter writer, TensorPlan plan)
    {
        PtxText text = new();
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            for (int half = 0; half < 2; half++)
            {
                text.Add($"mov.f32 {TensorPlan.RowMax(block, half)}, {PtxText.Of(float.NegativeInfinity)}");
                text.Add($"mov.f32 {TensorPlan.RowSum(block, half)}, {PtxText.Of(0f)}");
            }
        }

        for (int n = 0; n < plan.Tile.RowBlocks * plan.ValueColumns * 4; n++)
        {
            text.Add($"mov.f32 output{n}, {PtxText.Of(0f)}");
        }

        text.Write(writer);
    }
}
