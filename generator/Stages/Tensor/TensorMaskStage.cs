using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Hides scores, in tiles at an edge of what is visible only. Bounds are C#, counted from the lane's first key; comparing them with columns is PTX.</summary>
internal static class TensorMaskStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// At an edge of what is visible, hidden keys are at -infinity. Bounds are counted from this lane's first key.");
        writer.Line("bool isEdge = tile < fullFrom || tile + TileKeys > fullTo;");
        using (writer.Block("if (isEdge)"))
        {
            for (int block = 0; block < plan.Tile.RowBlocks; block++)
            {
                WriteBlock(writer, plan, block);
            }
        }

        writer.Line();
    }

    /// <summary>The bounds of some blocks of rows, as arguments of a text.</summary>
    public static IReadOnlyList<string> Arguments(TensorPlan plan, IEnumerable<int> blocks)
    {
        List<string> arguments = [.. blocks.SelectMany(block => BoundsOf(plan, block))];
        if (plan.Pass.Range.Sinks > 0)
        {
            arguments.Add($"Math.Min(Sinks{plan.Pass.Suffix} - 1, lastKey) - firstColumn");
        }

        return arguments;
    }

    /// <summary>Sets <c>seen</c> to whether a row sees a column: the window, and the sinks up to the last key that causality allows.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="block">The place of the row's block among those whose bounds are the text's first arguments.</param>
    /// <param name="blocks">How many of those there are.</param>
    /// <param name="half">Whether it is the upper row of the lane or the one 8 below.</param>
    /// <param name="column">The column, counted from the lane's first.</param>
    public static void WriteSeen(PtxText text, KeyPass pass, int block, int blocks, int half, int column)
    {
        int bounds = pass.HasFirst ? 4 : 2, first = (block * bounds) + half;
        string? sink = pass.Range.Sinks > 0 ? $"%{blocks * bounds}" : null;
        string left = $"setp.le.s32 seen, %{first + 2}, {column}";
        if (!pass.HasFirst)
        {
            text.Add($"setp.ge.s32 seen, %{first}, {column}");
        }
        else if (sink is not null && pass.Range.IsCausal)
        {
            text.Add(left);
            text.Add($"setp.ge.or.s32 seen, {sink}, {column}, seen");
            text.Add($"setp.ge.and.s32 seen, %{first}, {column}, seen");
        }
        else
        {
            text.Add(left);
            text.Add($"setp.ge.and.s32 seen, %{first}, {column}, seen");
        }

        if (sink is not null && !pass.Range.IsCausal)
        {
            text.Add($"setp.ge.or.s32 seen, {sink}, {column}, seen");
        }
    }

    private static void WriteBlock(CodeWriter writer, TensorPlan plan, int block)
    {
        PtxText text = new();
        for (int column = 0; column < plan.KeyColumns; column++)
        {
            for (int n = 0; n < 4; n++)
            {
                string score = plan.Score(block, column, n);
                WriteSeen(text, plan.Pass, 0, 1, n / 2, (8 * column) + (n % 2));
                text.Add($"selp.f32 {score}, {score}, {PtxText.Of(float.NegativeInfinity)}, seen");
            }
        }

        text.Write(writer, [.. Arguments(plan, [block])]);
    }

    // The last keys that the lane's two rows of the block see, and the first where a first is set.
    private static IEnumerable<string> BoundsOf(TensorPlan plan, int block)
    {
        KeyPass pass = plan.Pass;
        string[] rows = [.. new[] { 0, 8 }.Select(half => $"({Index.Plus("query", (16 * block) + half)})")];
        IEnumerable<string> last = rows.Select(row => pass.HasLast ? $"Math.Min(lastKey, {pass.Last(row)}) - firstColumn" : "lastKey - firstColumn");
        return pass.HasFirst ? last.Concat(rows.Select(row => $"({pass.First(row)}) - firstColumn")) : last;
    }
}
