using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Turns scores into weights 2^(score - rowMax) in shared memory. The threads of a row agree on its maximum by shuffles; each keeps its own part of the sum.</summary>
internal static class GpuSoftmaxStage
{
    public static void Write(CodeWriter writer, GpuPlan plan)
    {
        writer.Line("// Weights; sums and outputs so far follow the maximum when it moves. A row that has seen no key yet keeps weights of 2^-infinity = 0.");
        for (int r = 0; r < plan.Tile.RowsPerThread; r++)
        {
            using (writer.Block(string.Empty))
            {
                WriteRow(writer, plan, r);
            }
        }
    }

    /// <summary>Combines a value over the threads of a row, which are neighbouring lanes.</summary>
    public static void WriteAcrossRow(CodeWriter writer, string name, System.Func<string, string, string> combine)
    {
        for (int distance = 1; distance < GpuTile.ColumnThreads; distance *= 2)
        {
            writer.Line($"{name} = {combine(name, $"Warp.ShuffleXor({name}, {distance})")};");
        }
    }

    private static void WriteRow(CodeWriter writer, GpuPlan plan, int r)
    {
        Dialect dialect = plan.Base.Dialect;
        string[] scores = [.. Enumerable.Range(0, plan.Tile.KeysPerThread).Select(k => $"score{r}_{k}")];
        writer.Line($"float highest = {scores[0]};");
        foreach (string score in scores.Skip(1))
        {
            writer.Line($"highest = {Max("highest", score)};");
        }

        WriteAcrossRow(writer, "highest", Max);
        writer.Line("float previous = rowMax" + r + ";");
        writer.Line($"rowMax{r} = {Max($"rowMax{r}", "highest")};");
        writer.Line($"float shift = rowMax{r} == float.NegativeInfinity ? 0f : rowMax{r};");
        writer.Line($"float factor = {dialect.Exp2("previous - shift")};");
        foreach (string score in scores)
        {
            writer.Line($"{score} = {dialect.Exp2($"{score} - shift")};");
        }

        writer.Line($"rowSum{r} = (rowSum{r} * factor) + {string.Join(" + ", scores)};");
        for (int c = 0; c < plan.Columns; c++)
        {
            writer.Line($"output{r}_{c} *= factor;");
        }

        WriteDropout(writer, plan, r);
        for (int k = 0; k < plan.Tile.KeysPerThread; k++)
        {
            writer.Line($"weightCells[((firstRow + {r}) * {plan.Tile.WeightStride * GpuTile.Vector}) + column + {k * GpuTile.ColumnThreads}] = score{r}_{k};");
        }
    }

    private static void WriteDropout(CodeWriter writer, GpuPlan plan, int r)
    {
        if (!plan.Base.HasDropout)
        {
            return;
        }

        writer.Line("// Sums are of the weights before any is dropped.");
        using (writer.Block("if (call.DropsWeights != 0)"))
        {
            for (int k = 0; k < plan.Tile.KeysPerThread; k++)
            {
                writer.Line($"score{r}_{k} = GpuDropout.Apply(call, work, {Index.Plus("firstRow", r)}, keyIndex{k}, score{r}_{k});");
            }
        }

        writer.Line();
    }

    // Device comparisons are ordered: of a NaN and a number, the number is taken; the NaN stays in the sum.
    private static string Max(string a, string b) => $"MathF.Max({a}, {b})";
}
