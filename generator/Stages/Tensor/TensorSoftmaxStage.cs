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
        writer.Line("// Weights; sums and outputs so far follow the maximum when it moves. A row that has seen no key yet keeps weights of 2^-infinity = 0.");
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            PtxText text = new();
            for (int half = 0; half < 2; half++)
            {
                text.Note($"Rows {(16 * block) + (8 * half)} to {(16 * block) + (8 * half) + 7} of the warp.");
                WriteRow(text, plan, block, half);
            }

            text.Write(writer);
        }

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

    private static void WriteRow(PtxText text, TensorPlan plan, int block, int half)
    {
        string rowMax = TensorPlan.RowMax(block, half), rowSum = TensorPlan.RowSum(block, half), scale = PtxText.Of(plan.ExponentScale);
        string[] scores = [.. Scores(plan, block, half)];
        text.Add($"max.f32 high, {scores[0]}, {scores[1]}");
        foreach (string score in scores.Skip(2))
        {
            text.Add($"max.f32 high, high, {score}");
        }

        WriteAcrossRow(text, "max", "high");
        text.Add($"max.f32 high, high, {rowMax}");
        text.Add($"setp.eq.f32 empty, high, {PtxText.Of(float.NegativeInfinity)}");
        text.Add($"selp.f32 shift, {PtxText.Of(0f)}, high, empty");
        text.Add($"mul.f32 shift, shift, {PtxText.Of(-plan.ExponentScale)}");
        text.Add($"fma.rn.f32 factor, {rowMax}, {scale}, shift");
        text.Add("ex2.approx.ftz.f32 factor, factor");
        text.Add($"mov.f32 {rowMax}, high");
        text.Add($"mul.f32 {rowSum}, {rowSum}, factor");
        foreach (string score in scores)
        {
            text.Add($"fma.rn.f32 {score}, {score}, {scale}, shift");
            text.Add($"ex2.approx.ftz.f32 {score}, {score}");
            text.Add($"add.f32 {rowSum}, {rowSum}, {score}");
        }

        for (int column = 0; column < plan.KeyColumns; column++)
        {
            text.Add($"cvt.rn.{plan.Element}x2.f32 {plan.Weights(block, column, half)}, {plan.Score(block, column, (2 * half) + 1)}, {plan.Score(block, column, 2 * half)}");
        }

        for (int column = 0; column < plan.ValueColumns; column++)
        {
            text.Add($"mul.f32 {plan.Output(block, column, 2 * half)}, {plan.Output(block, column, 2 * half)}, factor");
            text.Add($"mul.f32 {plan.Output(block, column, (2 * half) + 1)}, {plan.Output(block, column, (2 * half) + 1)}, factor");
        }
    }

    private static IEnumerable<string> Scores(TensorPlan plan, int block, int half) =>
        Enumerable.Range(0, plan.KeyColumns).SelectMany(column => new[] { plan.Score(block, column, 2 * half), plan.Score(block, column, (2 * half) + 1) });
}
