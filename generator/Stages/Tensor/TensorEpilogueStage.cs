using System;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Divides outputs by their rows' sums of weights and stores them, as 16 or 32 bits, with the log-sum-exp where it is wanted.</summary>
internal static class TensorEpilogueStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("// output = output / rowSum; a row that saw no key gives zeros and a log-sum-exp of -infinity.");
        WriteDivision(writer, plan);
        writer.Line("long firstOutput = work.OutputAt + (firstRow * call.OutputRowStride) + (lane % 4 * 2);");
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            for (int half = 0; half < 2; half++)
            {
                int offset = (16 * block) + (8 * half);
                string element = offset == 0 ? "firstOutput" : $"firstOutput + ({offset} * call.OutputRowStride)";
                using (writer.Block("if (call.OutputIsNarrow != 0)"))
                {
                    WriteNarrow(writer, plan, block, half, element, $"work.Rows - {offset}");
                }

                using (writer.Block("else"))
                {
                    WriteWide(writer, plan, block, half, element, $"work.Rows - {offset}");
                }
            }
        }

        WriteLogSumExp(writer, plan);
    }

    private static void WriteDivision(CodeWriter writer, TensorPlan plan)
    {
        PtxText text = new();
        for (int block = 0; block < plan.Tile.RowBlocks; block++)
        {
            for (int half = 0; half < 2; half++)
            {
                string rowMax = TensorPlan.RowMax(block, half), rowSum = TensorPlan.RowSum(block, half);
                TensorSoftmaxStage.WriteAcrossRow(text, "add", rowSum);
                text.Add($"mul.f32 {rowMax}, {rowMax}, {PtxText.Of(plan.ExponentScale)}");
                if (plan.Base.HasSinkLogits)
                {
                    WriteSink(text, rowMax, rowSum);
                }
                else
                {
                    text.Add($"rcp.approx.ftz.f32 factor0, {rowSum}");
                    text.Add($"setp.eq.f32 empty, {rowSum}, {PtxText.Of(0f)}");
                    text.Add($"selp.f32 factor0, {PtxText.Of(0f)}, factor0, empty");
                }

                for (int column = 0; column < plan.ValueColumns; column++)
                {
                    text.Add($"mul.f32 {plan.Output(block, column, 2 * half)}, {plan.Output(block, column, 2 * half)}, factor0");
                    text.Add($"mul.f32 {plan.Output(block, column, (2 * half) + 1)}, {plan.Output(block, column, (2 * half) + 1)}, factor0");
                }
            }
        }

        text.Write(writer, plan.Base.HasSinkLogits ? ["call.SinkLogits[head] * Log2OfE"] : []);
    }

    // The head's sink joins the sum as one more key, without a value; minus infinity is no sink.
    private static void WriteSink(PtxText text, string rowMax, string rowSum)
    {
        text.Note("The head's sink joins the sum as one more key, without a value.");
        text.Add($"max.f32 high, {rowMax}, %0");
        text.Add($"setp.eq.f32 empty, high, {PtxText.Of(float.NegativeInfinity)}");
        text.Add($"selp.f32 shift0, {PtxText.Of(0f)}, high, empty");
        text.Add($"sub.f32 factor0, {rowMax}, shift0");
        text.Add("ex2.approx.ftz.f32 factor0, factor0");
        text.Add("sub.f32 other, %0, shift0");
        text.Add("ex2.approx.ftz.f32 other, other");
        text.Add($"fma.rn.f32 {rowSum}, {rowSum}, factor0, other");
        text.Add($"mov.f32 {rowMax}, high");
        text.Add($"rcp.approx.ftz.f32 other, {rowSum}");
        text.Add("mul.f32 factor0, factor0, other");
        text.Add($"selp.f32 factor0, {PtxText.Of(0f)}, factor0, empty");
    }

    private static void WriteNarrow(CodeWriter writer, TensorPlan plan, int block, int half, string element, string rows)
    {
        PtxText text = new();
        text.Add("mov.b64 from, %0");
        text.Add("setp.lt.s32 inside, %1, %2");
        for (int column = 0; column < plan.ValueColumns; column++)
        {
            text.Add($"cvt.rn.{plan.Element}x2.f32 at, {plan.Output(block, column, (2 * half) + 1)}, {plan.Output(block, column, 2 * half)}");
            text.Add($"@inside st.global.b32 [from+{16 * column}], at");
        }

        text.Write(writer, $"call.OutputAddress + (2L * ({element}))", "firstRow", rows);
    }

    private static void WriteWide(CodeWriter writer, TensorPlan plan, int block, int half, string element, string rows)
    {
        PtxText text = new();
        text.Add("mov.b64 from, %0");
        text.Add("setp.lt.s32 inside, %1, %2");
        for (int column = 0; column < plan.ValueColumns; column++)
        {
            text.Add($"@inside st.global.f32 [from+{32 * column}], {plan.Output(block, column, 2 * half)}");
            text.Add($"@inside st.global.f32 [from+{(32 * column) + 4}], {plan.Output(block, column, (2 * half) + 1)}");
        }

        text.Write(writer, $"call.OutputAddress + (4L * ({element}))", "firstRow", rows);
    }

    private static void WriteLogSumExp(CodeWriter writer, TensorPlan plan)
    {
        writer.Line();
        using (writer.Block("if (call.HasLogSumExp != 0)"))
        {
            PtxText text = new();
            text.Note("One lane of each row stores ln(rowSum) + rowMax ln 2.");
            text.Add("mov.b64 from, %0");
            text.Add("setp.eq.s32 taken, %1, 0");
            for (int block = 0; block < plan.Tile.RowBlocks; block++)
            {
                for (int half = 0; half < 2; half++)
                {
                    int offset = (16 * block) + (8 * half);
                    text.Add($"lg2.approx.ftz.f32 other, {TensorPlan.RowSum(block, half)}");
                    text.Add($"add.f32 other, other, {TensorPlan.RowMax(block, half)}");
                    text.Add($"mul.f32 other, other, {PtxText.Of((float)Math.Log(2))}");
                    text.Add($"setp.gt.and.s32 inside, %2, {Literals.Of(offset)}, taken");
                    text.Add($"@inside st.global.f32 [from+{4 * offset}], other");
                }
            }

            text.Write(writer, "call.LogSumExpAddress + (4L * (work.LogSumExpAt + firstRow))", "lane % 4", "work.Rows - firstRow");
        }
    }
}
