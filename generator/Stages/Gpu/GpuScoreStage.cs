using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Scores of a thread's rows and keys in registers: the product over the features, then score steps, and masks where the tile stands at an edge.</summary>
internal static class GpuScoreStage
{
    public static void Write(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        WriteProduct(writer, plan);
        writer.Line();
        WriteIndices(writer, plan, pass);
        WriteSteps(writer, plan, pass);
        WriteVisibility(writer, plan, pass);
        WriteMasks(writer, plan);
    }

    private static void WriteProduct(CodeWriter writer, GpuPlan plan)
    {
        GpuTile tile = plan.Tile;
        writer.Line($"// Scores of {tile.RowsPerThread} rows and {tile.KeysPerThread} keys, {GpuTile.ColumnThreads} keys apart.");
        for (int r = 0; r < tile.RowsPerThread; r++)
        {
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, tile.KeysPerThread).Select(k => $"score{r}_{k} = 0f"))};");
        }

        using (writer.Block($"for (int f = 0; f < {tile.QueryVectors}; f++)"))
        {
            for (int k = 0; k < tile.KeysPerThread; k++)
            {
                writer.Line($"Float4 key{k} = keyValues[((column + {k * GpuTile.ColumnThreads}) * {tile.QueryStride}) + f];");
            }

            for (int r = 0; r < tile.RowsPerThread; r++)
            {
                writer.Line($"Float4 query{r} = queries[((firstRow + {r}) * {tile.QueryStride}) + f];");
                for (int k = 0; k < tile.KeysPerThread; k++)
                {
                    foreach (string part in Float4Parts.Names)
                    {
                        writer.Line($"score{r}_{k} = (query{r}.{part} * key{k}.{part}) + score{r}_{k};");
                    }
                }
            }
        }
    }

    private static void WriteIndices(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        for (int k = 0; k < plan.Tile.KeysPerThread; k++)
        {
            string number = Index.Plus("tile + column", k * GpuTile.ColumnThreads);
            writer.Line(pass.IsIndexed
                ? $"int keyIndex{k} = {number} < endKey ? {pass.IndexOf($"({number})")} : PastAnyKey;"
                : $"int keyIndex{k} = {number};");
            writer.Line($"float index{k} = (float)keyIndex{k};");
        }
    }

    private static void WriteSteps(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        KernelPlan kernel = plan.Base;
        if (kernel.ScoreSteps.Count == 0)
        {
            return;
        }

        foreach (string statement in kernel.ScoreSteps.SelectMany(step => step.Prepare(kernel.Dialect)))
        {
            writer.Line(statement);
        }

        for (int k = 0; kernel.StepsUseIndices && k < plan.Tile.KeysPerThread; k++)
        {
            foreach (string statement in kernel.ScoreSteps.Where(static step => step.UsesIndices).SelectMany(step => step.PrepareKeys(kernel.Dialect, k, $"index{k}")))
            {
                writer.Line(statement);
            }
        }

        for (int r = 0; r < plan.Tile.RowsPerThread; r++)
        {
            using (writer.Block(string.Empty))
            {
                WriteStepsOfRow(writer, plan, r);
            }
        }
    }

    private static void WriteStepsOfRow(CodeWriter writer, GpuPlan plan, int r)
    {
        KernelPlan kernel = plan.Base;
        if (kernel.StepsUseIndices)
        {
            writer.Line($"float stand{r} = (float)({Index.Plus("query", r)});");
        }

        foreach (string statement in kernel.ScoreSteps.SelectMany(step => step.PrepareRow(kernel.Dialect, r)))
        {
            writer.Line(statement);
        }

        for (int k = 0; k < plan.Tile.KeysPerThread; k++)
        {
            foreach (ScoreStep step in kernel.ScoreSteps)
            {
                ScoreStage.WriteStep(writer, [.. step.Statements(kernel.Dialect, new ScoreAt($"score{r}_{k}", r, k, $"index{k}", $"stand{r}", Consecutive: false))]);
            }
        }
    }

    private static void WriteVisibility(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        string clear = pass.Range.Hole is null ? string.Empty : " || (tile + TileKeys > holeFrom && tile < holeTo)";
        writer.Line();
        writer.Line("// At an edge of what is visible, hidden keys are at -infinity.");
        using (writer.Block($"if (tile < fullFrom || tile + TileKeys > fullTo{clear})"))
        {
            Visibility.WriteShared(writer, plan.Base, pass);
            for (int r = 0; r < plan.Tile.RowsPerThread; r++)
            {
                using (writer.Block(string.Empty))
                {
                    Visibility.WriteRow(writer, plan.Base, pass, r);
                    for (int k = 0; k < plan.Tile.KeysPerThread; k++)
                    {
                        writer.Line($"score{r}_{k} = {plan.Base.Dialect.Select(Visibility.IsVisible(plan.Base, pass, $"index{k}"), $"score{r}_{k}", "float.NegativeInfinity")};");
                    }
                }
            }
        }

        writer.Line();
    }

    private static void WriteMasks(CodeWriter writer, GpuPlan plan)
    {
        writer.Line("// The call's own masks and bias.");
        using (writer.Block("if (call.HasMasks != 0)"))
        {
            for (int r = 0; r < plan.Tile.RowsPerThread; r++)
            {
                for (int k = 0; k < plan.Tile.KeysPerThread; k++)
                {
                    writer.Line($"score{r}_{k} = GpuMasking.Apply(call, work, {Index.Plus("firstRow", r)}, keyIndex{k}, score{r}_{k});");
                }
            }
        }

        writer.Line();
    }
}
