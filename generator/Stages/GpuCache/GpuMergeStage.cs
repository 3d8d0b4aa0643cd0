using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Merges the parts of one row by their maxima, in order, divides by the sum and writes the output, with the log-sum-exp where it is wanted.</summary>
internal static class GpuMergeStage
{
    private const int Threads = GpuDecodePlan.Threads, Vector = GpuTile.Vector;

    public static void Write(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line("/// <summary>One group: one row, of one token and query head. Its threads first take a part each, then features.</summary>");
        using (writer.Block("public static void Merge(GpuAttentionCall call)"))
        {
            writer.Line("GpuWork work = GpuWork.OfDecode(call, Grid.IdxX, KvHeads, GroupSize, 1);");
            GpuDecodeStage.WriteCut(writer, "if (work.Rows <= 0)");
            writer.Line("int thread = Group.IdxX, head = (work.Head * GroupSize) + (work.FirstRow % GroupSize), token = work.FirstRow / GroupSize;");
            writer.Line($"long first = (((((long)work.Batch * KvHeads) + work.Head) * call.MostRows) + work.FirstRow) * call.MostParts * {plan.PartVectors};");
            WriteWeights(writer, plan);
            WriteSums(writer, plan);
            WriteRow(writer, plan);
        }
    }

    private static void WriteWeights(CodeWriter writer, GpuDecodePlan plan)
    {
        string exp2 = plan.Gpu.Base.Dialect.Exp2("maximum - shift");
        writer.Lines($$"""
            ArrayView<float> maxima = SharedMemory.Allocate<float>(Threads), sums = SharedMemory.Allocate<float>(Threads), weights = SharedMemory.Allocate<float>(Threads); // of each part
            float maximum = float.NegativeInfinity, ownSum = 0f;
            if (thread < cut.Parts)
            {
                Float4 end = call.Parts[first + (thread * {{plan.PartVectors}}) + {{plan.OutputVectors}}];
                maximum = end.X;
                ownSum = end.Y;
            }

            maxima[thread] = maximum;
            sums[thread] = ownSum;
            Group.Barrier();
            float highest = float.NegativeInfinity;
            for (int part = 0; part < cut.Parts; part++)
            {
                highest = MathF.Max(highest, maxima[part]);
            }

            float shift = highest == float.NegativeInfinity ? 0f : highest;
            weights[thread] = {{exp2}};
            Group.Barrier();
            float total = 0f;
            for (int part = 0; part < cut.Parts; part++)
            {
                total = (weights[part] * sums[part]) + total;
            }

            """);
    }

    // Threads past the last whole slice have nothing to do.
    private static void WriteSums(CodeWriter writer, GpuDecodePlan plan)
    {
        int across = System.Math.Min(plan.OutputVectors, Threads), slices = System.Math.Max(1, Threads / across);
        writer.Line($"ArrayView<Float4> outputs = SharedMemory.Allocate<Float4>({slices * plan.OutputVectors}); // [slices, vectors]: each adds every {slices}th part");
        using (writer.Block($"for (int cell = thread; cell < {slices * plan.OutputVectors}; cell += Threads)"))
        {
            writer.Line("Float4 sum = default;");
            using (writer.Block($"for (int part = cell / {plan.OutputVectors}; part < cut.Parts; part += {slices})"))
            {
                writer.Line("float weight = weights[part];");
                writer.Line($"Float4 output = call.Parts[first + (part * (long){plan.PartVectors}) + (cell % {plan.OutputVectors})];");
                foreach (string name in Float4Parts.Names)
                {
                    writer.Line($"sum.{name} = (weight * output.{name}) + sum.{name};");
                }
            }

            writer.Line();
            writer.Line("outputs[cell] = sum;");
        }

        writer.Line();
        writer.Line("Group.Barrier();");
    }

    private static void WriteRow(CodeWriter writer, GpuDecodePlan plan)
    {
        KernelPlan kernel = plan.Gpu.Base;
        int across = System.Math.Min(plan.OutputVectors, Threads), slices = System.Math.Max(1, Threads / across);
        writer.Line("// output = outputs / sum; a row that saw no key gives zeros and a log-sum-exp of -infinity.");
        if (kernel.HasSinkLogits)
        {
            writer.Line("// The head's sink joins the sum as one more key, without a value.");
            writer.Line("float sink = call.SinkLogits[head] * Log2OfE, seen = highest;");
            writer.Line("highest = MathF.Max(seen, sink);");
            writer.Line($"float kept = seen == float.NegativeInfinity ? 0f : {kernel.Dialect.Exp2("seen - highest")};");
            writer.Line($"total = highest == float.NegativeInfinity ? 0f : (total * kept) + {kernel.Dialect.Exp2("sink - highest")};");
        }

        writer.Line($"float factor = total == 0f ? 0f : {(kernel.HasSinkLogits ? "kept" : "1f")} / total;");
        writer.Line("ArrayView<float> outputCells = outputs.Cast<float>();");
        writer.Line("long row = work.OutputAt + (head * call.OutputHeadStride) + (token * call.OutputRowStride);");
        using (writer.Block("for (int feature = thread; feature < ValueDim; feature += Threads)"))
        {
            writer.Line("float sum = outputCells[feature];");
            using (writer.Block($"for (int slice = 1; slice < {slices}; slice++)"))
            {
                writer.Line($"sum += outputCells[(slice * {plan.OutputVectors * Vector}) + feature];");
            }

            writer.Line();
            writer.Line("call.Output[row + feature] = sum * factor;");
        }

        writer.Line();
        using (writer.Block("if (call.HasLogSumExp != 0 && thread == 0)"))
        {
            writer.Line("call.LogSumExp[work.LogSumExpAt + (head * (long)call.QueryLength) + token] = total == 0f ? float.NegativeInfinity : (highest * NaturalLogOf2) + GpuMath.Log(total);");
        }
    }
}
