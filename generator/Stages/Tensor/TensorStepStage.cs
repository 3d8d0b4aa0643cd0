using System;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The scale where scores need it before the exponent, the soft cap and the fall with distance.</summary>
internal static class TensorStepStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        if (!plan.IsScaledEarly)
        {
            return;
        }

        WriteScale(writer, plan);
        if (plan.HasAlibi)
        {
            WriteAlibi(writer, plan);
        }
    }

    private static void WriteScale(CodeWriter writer, TensorPlan plan)
    {
        double log2OfE = 1 / Math.Log(2);
        PtxText text = new();
        for (int n = 0; n < plan.Tile.RowBlocks * plan.KeyColumns * 4; n++)
        {
            if (plan.Base.Softcap is not { } cap)
            {
                text.Add($"mul.f32 score{n}, score{n}, {PtxText.Of((float)plan.Base.QueryScale)}");
                continue;
            }

            text.Add($"mul.f32 score{n}, score{n}, {PtxText.Of((float)(plan.Base.QueryScale * 2 * log2OfE))}");
            text.Add($"ex2.approx.ftz.f32 score{n}, score{n}");
            text.Add($"add.f32 score{n}, score{n}, {PtxText.Of(1f)}");
            text.Add($"rcp.approx.ftz.f32 score{n}, score{n}");
            text.Add($"fma.rn.f32 score{n}, score{n}, {PtxText.Of((float)(-2 * cap * log2OfE))}, {PtxText.Of((float)(cap * log2OfE))}");
        }

        writer.Line(plan.Base.Softcap is { } bound
            ? $"// score = cap tanh(score / cap), cap {Literals.Of(bound)}, by tanh x = 1 - 2 / (e^2x + 1); in base-2 units."
            : "// Scores in base-2 units.");
        text.Write(writer);
    }

    private static void WriteAlibi(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// score -= slope |key - query|; the arguments are the slope and how far this lane's first key of the tile is from its rows.");
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            PtxText text = new();
            for (int column = 0; column < plan.KeyColumns; column++)
            {
                for (int n = 0; n < 4; n++)
                {
                    text.Add($"add.f32 distance, %{1 + (n / 2)}, {PtxText.Of((8 * column) + (n % 2))}");
                    text.Add("abs.f32 distance, distance");
                    text.Add($"fma.rn.f32 {plan.Score(block, column, n)}, distance, %0, {plan.Score(block, column, n)}");
                }
            }

            string upper = Index.Plus("query", 16 * block), lower = Index.Plus("query", (16 * block) + 8);
            text.Write(writer, "-slope", $"(float)(firstColumn - ({upper}))", $"(float)(firstColumn - ({lower}))");
        }
    }
}
