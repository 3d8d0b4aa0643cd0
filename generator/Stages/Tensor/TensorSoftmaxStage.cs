using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Turns scores into weights 2^(score - rowMax) in registers. The four lanes of a row agree on its maximum by shuffles; each keeps its own part of the sum, in FP32.
/// Weights are rounded to 16 bits in pairs: as they stand, they are the left operand of the product with the values.
/// </summary>
internal static class TensorSoftmaxStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// Weights. Where the maximum of any of the warp's rows moves, sums and outputs so far follow it; the factor of the others is exactly 1. A row that has seen no key yet");
        writer.Line("// keeps weights of 2^-infinity = 0.");
        PtxText text = new();
        WriteMaxima(text, plan);
        WriteRescale(text, plan);
        text.Label("maximaStand");
        foreach ((int block, int half) in Rows(plan))
        {
            NoteRows(text, block, half);
            WriteWeights(text, plan, block, half);
        }

        text.Write(writer);
        writer.Line();
    }

    /// <summary>Combines a register over the four lanes of a row.</summary>
    public static void WriteAcrossRow(PtxText text, string operation, string register)
    {
        foreach (int distance in new[] { 1, 2 })
        {
            text.Add($"shfl.sync.bfly.b32 other, {register}, {distance}, 31, -1");
            text.Add($"{operation}.f32 {register}, {register}, other");
        }
    }

    // The new maxima, and moved: whether one of this lane's is another than before.
    private static void WriteMaxima(PtxText text, TensorPlan plan)
    {
        string scale = PtxText.Of(plan.ExponentScale), minusScale = PtxText.Of(-plan.ExponentScale);
        foreach ((int block, int half) in Rows(plan))
        {
            string rowMax = TensorPlan.RowMax(block, half), shift = TensorPlan.Shift(block, half), factor = TensorPlan.Factor(block, half);
            string[] scores = [.. Scores(plan, block, half)];
            NoteRows(text, block, half);
            text.Add($"max.f32 high, {scores[0]}, {scores[1]}");
            foreach (string score in scores.Skip(2))
            {
                text.Add($"max.f32 high, high, {score}");
            }

            WriteAcrossRow(text, "max", "high");
            text.Add($"max.f32 high, high, {rowMax}");
            text.Add($"setp.ne{(block + half == 0 ? "" : ".or")}.f32 moved, high, {rowMax}{(block + half == 0 ? "" : ", moved")}");
            text.Add($"setp.eq.f32 empty, high, {PtxText.Of(float.NegativeInfinity)}");
            text.Add($"selp.f32 {shift}, {PtxText.Of(0f)}, high, empty");
            text.Add($"mul.rn.f32 {shift}, {shift}, {minusScale}");
            text.Note("Both products rounded: of a maximum that stays, the exponent is 0.");
            text.Add($"mul.rn.f32 {factor}, {rowMax}, {scale}");
            text.Add($"add.rn.f32 {factor}, {factor}, {shift}");
            text.Add($"ex2.approx.ftz.f32 {factor}, {factor}");
            text.Add($"mov.f32 {rowMax}, high");
        }
    }

    private static void WriteRescale(PtxText text, TensorPlan plan)
    {
        text.Note("No row's maximum moved: all factors are 1.");
        text.Add("vote.sync.any.pred moved, moved, -1");
        text.Add("@!moved bra.uni maximaStand");
        foreach ((int block, int half) in Rows(plan))
        {
            string factor = TensorPlan.Factor(block, half);
            text.Add($"mul.f32 {TensorPlan.RowSum(block, half)}, {TensorPlan.RowSum(block, half)}, {factor}");
            for (int column = 0; column < plan.ValueColumns; column++)
            {
                text.Add($"mul.f32 {plan.Output(block, column, 2 * half)}, {plan.Output(block, column, 2 * half)}, {factor}");
                text.Add($"mul.f32 {plan.Output(block, column, (2 * half) + 1)}, {plan.Output(block, column, (2 * half) + 1)}, {factor}");
            }
        }
    }

    private static void WriteWeights(PtxText text, TensorPlan plan, int block, int half)
    {
        string rowSum = TensorPlan.RowSum(block, half), shift = TensorPlan.Shift(block, half);
        foreach (string score in Scores(plan, block, half))
        {
            text.Add($"fma.rn.f32 {score}, {score}, {PtxText.Of(plan.ExponentScale)}, {shift}");
            text.Add($"ex2.approx.ftz.f32 {score}, {score}");
            text.Add($"add.f32 {rowSum}, {rowSum}, {score}");
        }

        for (int column = 0; column < plan.KeyColumns; column++)
        {
            text.Add($"cvt.rn.{plan.Element}x2.f32 {plan.Weights(block, column, half)}, {plan.Score(block, column, (2 * half) + 1)}, {plan.Score(block, column, 2 * half)}");
        }
    }

    private static void NoteRows(PtxText text, int block, int half) => text.Note($"Rows {(16 * block) + (8 * half)} to {(16 * block) + (8 * half) + 7} of the warp.");

    private static IEnumerable<(int Block, int Half)> Rows(TensorPlan plan) =>
        from block in Enumerable.Range(0, plan.Tile.RowBlocks)
        from half in Enumerable.Range(0, 2)
        select (block, half);

    private static IEnumerable<string> Scores(TensorPlan plan, int block, int half) =>
        Enumerable.Range(0, plan.KeyColumns).SelectMany(column => new[] { plan.Score(block, column, 2 * half), plan.Score(block, column, (2 * half) + 1) });
}
