using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Score steps, masks and the online softmax of a decoding group: eight threads share a row, each with every eighth key of the tile.</summary>
internal static class GpuDecodeSoftmaxStage
{
    private const int Keys = GpuDecodePlan.TileKeys / GpuDecodePlan.KeyThreads;

    public static void Write(CodeWriter writer, GpuDecodePlan plan)
    {
        KernelPlan kernel = plan.Gpu.Base;
        writer.Line("// This thread's row: every eighth score.");
        writer.Line($"int scoresAt = (set * {plan.ScoreStride * GpuTile.Vector}) + column;");
        writer.Line($"float {string.Join(", ", Enumerable.Range(0, Keys).Select(static k => $"score{k} = float.NegativeInfinity"))};");
        using (writer.Block("if (set < Rows)"))
        {
            for (int k = 0; k < Keys; k++)
            {
                writer.Line($"score{k} = weightCells[{Index.Plus("scoresAt", k * GpuDecodePlan.KeyThreads)}];");
            }
        }

        writer.Line();
        for (int k = 0; k < Keys; k++)
        {
            writer.Line($"int keyIndex{k} = {Index.Plus("tile + column", k * GpuDecodePlan.KeyThreads)};");
            writer.Line($"float index{k} = (float)keyIndex{k};");
        }

        WriteSteps(writer, kernel);
        WriteVisibility(writer, kernel);
        WriteWeights(writer, plan);
    }

    private static void WriteSteps(CodeWriter writer, KernelPlan kernel)
    {
        if (kernel.ScoreSteps.Count == 0)
        {
            return;
        }

        foreach (string statement in kernel.ScoreSteps.SelectMany(step => step.Prepare(kernel.Dialect)))
        {
            writer.Line(statement);
        }

        for (int k = 0; kernel.StepsUseIndices && k < Keys; k++)
        {
            foreach (string statement in kernel.ScoreSteps.Where(static step => step.UsesIndices).SelectMany(step => step.PrepareKeys(kernel.Dialect, k, $"index{k}")))
            {
                writer.Line(statement);
            }
        }

        if (kernel.StepsUseIndices)
        {
            writer.Line("float stand = (float)query;");
        }

        foreach (string statement in kernel.ScoreSteps.SelectMany(step => step.PrepareRow(kernel.Dialect, 0)))
        {
            writer.Line(statement);
        }

        for (int k = 0; k < Keys; k++)
        {
            foreach (ScoreStep step in kernel.ScoreSteps)
            {
                ScoreStage.WriteStep(writer, [.. step.Statements(kernel.Dialect, new ScoreAt($"score{k}", 0, k, $"index{k}", "stand", Consecutive: false))]);
            }
        }
    }

    private static void WriteVisibility(CodeWriter writer, KernelPlan kernel)
    {
        KeyPass pass = kernel.Passes[0];
        string clear = pass.Range.Hole is null ? string.Empty : $" || (tile <= query + Hole{pass.Suffix} && tile + DecodeKeys > query - Hole{pass.Suffix})";
        writer.Line();
        writer.Line("// At an edge of what is visible, hidden keys are at -infinity.");
        using (writer.Block($"if (tile < fullFrom || tile + DecodeKeys > fullTo{clear})"))
        {
            Visibility.WriteShared(writer, kernel, pass);
            Visibility.WriteRow(writer, kernel, pass, 0);
            for (int k = 0; k < Keys; k++)
            {
                writer.Line($"score{k} = {kernel.Dialect.Select(Visibility.IsVisible(kernel, pass, $"index{k}"), $"score{k}", "float.NegativeInfinity")};");
            }
        }

        writer.Line();
        writer.Line("// The call's own masks and bias.");
        using (writer.Block("if (call.HasMasks != 0)"))
        {
            for (int k = 0; k < Keys; k++)
            {
                writer.Line($"score{k} = GpuMasking.Apply(call, work, token, keyIndex{k}, score{k});");
            }
        }

        writer.Line();
    }

    private static void WriteWeights(CodeWriter writer, GpuDecodePlan plan)
    {
        Dialect dialect = plan.Gpu.Base.Dialect;
        string[] scores = [.. Enumerable.Range(0, Keys).Select(static k => $"score{k}")];
        writer.Line("// Weights; the sum so far follows the maximum when it moves, and so will the outputs.");
        writer.Line($"float highest = {scores.Aggregate(static (a, b) => $"MathF.Max({a}, {b})")};");
        GpuSoftmaxStage.WriteAcrossRow(writer, "highest", static (a, b) => $"MathF.Max({a}, {b})");
        writer.Line("float previous = rowMax;");
        writer.Line("rowMax = MathF.Max(rowMax, highest);");
        writer.Line("float shift = rowMax == float.NegativeInfinity ? 0f : rowMax;");
        writer.Line($"float factor = {dialect.Exp2("previous - shift")};");
        foreach (string score in scores)
        {
            writer.Line($"{score} = {dialect.Exp2($"{score} - shift")};");
        }

        writer.Line($"rowSum = (rowSum * factor) + {string.Join(" + ", scores)};");
        using (writer.Block("if (set < Rows)"))
        {
            for (int k = 0; k < Keys; k++)
            {
                writer.Line($"weightCells[{Index.Plus("scoresAt", k * GpuDecodePlan.KeyThreads)}] = score{k};");
            }

            using (writer.Block("if (column == 0)"))
            {
                writer.Line("factors[set] = factor;");
            }
        }

        writer.Line();
        writer.Line("Group.Barrier();");
        writer.Line();
    }
}
