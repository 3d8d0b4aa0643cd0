using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Hides scores, in tiles at an edge of what is visible only. Bounds are C#; comparing them with columns is PTX.</summary>
internal static class TensorMaskStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// At an edge of what is visible, hidden keys are at -infinity. Bounds are counted from this lane's first key.");
        using (writer.Block("if (tile < fullFrom || tile + TileKeys > fullTo)"))
        {
            for (int block = 0; block < plan.Tile.RowBlocks; block++)
            {
                WriteBlock(writer, plan, block);
            }
        }

        writer.Line();
    }

    private static void WriteBlock(CodeWriter writer, TensorPlan plan, int block)
    {
        List<string> arguments = [Last(plan, block, 0), Last(plan, block, 1)];
        if (plan.Pass.HasFirst)
        {
            arguments.AddRange([First(plan.Pass, block, 0), First(plan.Pass, block, 1)]);
        }

        string? sink = plan.Pass.Range.Sinks > 0 ? $"%{arguments.Count}" : null;
        if (sink is not null)
        {
            arguments.Add($"Math.Min(Sinks{plan.Pass.Suffix} - 1, lastKey) - firstColumn");
        }

        PtxText text = new();
        for (int column = 0; column < plan.KeyColumns; column++)
        {
            for (int n = 0; n < 4; n++)
            {
                WriteElement(text, plan.Pass, plan.Score(block, column, n), n / 2, (8 * column) + (n % 2), sink);
            }
        }

        text.Write(writer, [.. arguments]);
    }

    // Seen is the window, and the sinks up to the last key that causality allows.
    private static void WriteElement(PtxText text, KeyPass pass, string score, int half, int column, string? sink)
    {
        string left = $"setp.le.s32 seen, %{2 + half}, {column}";
        if (!pass.HasFirst)
        {
            text.Add($"setp.ge.s32 seen, %{half}, {column}");
        }
        else if (sink is not null && pass.Range.IsCausal)
        {
            text.Add(left);
            text.Add($"setp.ge.or.s32 seen, {sink}, {column}, seen");
            text.Add($"setp.ge.and.s32 seen, %{half}, {column}, seen");
        }
        else
        {
            text.Add(left);
            text.Add($"setp.ge.and.s32 seen, %{half}, {column}, seen");
        }

        if (sink is not null && !pass.Range.IsCausal)
        {
            text.Add($"setp.ge.or.s32 seen, {sink}, {column}, seen");
        }

        text.Add($"selp.f32 {score}, {score}, {PtxText.Of(float.NegativeInfinity)}, seen");
    }

    private static string Row(int block, int half) => Index.Plus("query", (16 * block) + (8 * half));

    private static string Last(TensorPlan plan, int block, int half) =>
        plan.Pass.HasLast ? $"Math.Min(lastKey, {plan.Pass.Last($"({Row(block, half)})")}) - firstColumn" : "lastKey - firstColumn";

    private static string First(KeyPass pass, int block, int half) => $"({pass.First($"({Row(block, half)})")}) - firstColumn";
}
