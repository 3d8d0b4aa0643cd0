using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;
using System.Linq;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The decoding kernel: a group takes one part of a KV head's keys, tile after tile with an online softmax, for the few rows of queries that share the head
/// (keys split as in Flash-Decoding, Dao et al. 2023).
/// </summary>
internal static class GpuDecodeStage
{
    /// <summary>The method's name.</summary>
    public static string Name(GpuDecodePlan plan) => $"Decode{plan.Rows}";

    public static void Write(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line($"/// <summary>One group: a part of the keys of one KV head, for up to {plan.Rows} of the rows [tokens, group] of queries.</summary>");
        using (writer.Block($"public static void {Name(plan)}(GpuAttentionCall call)"))
        {
            writer.Line($"const int Rows = {plan.Rows}; // rows of a group");
            writer.Line("int unit = Grid.IdxX / call.Tiles, part = unit % call.MostParts;");
            writer.Line("GpuWork work = GpuWork.OfDecode(call, (unit / call.MostParts * call.Tiles) + (Grid.IdxX % call.Tiles), KvHeads, GroupSize, Rows);");
            WriteCut(writer, "if (work.Rows <= 0 || part >= cut.Parts)");
            WriteMemory(writer, plan);
            WriteQueries(writer, plan);
            WriteOwnRow(writer, plan);
            WriteTiles(writer, plan);
            WriteSums(writer, plan);
        }
    }

    /// <summary>The cut of the sequence, and a way out.</summary>
    public static void WriteCut(CodeWriter writer, string leaves)
    {
        writer.Line("GpuDecodeCut cut = GpuDecodeCut.Of(work.AlignmentOffset, work.KeyLength, Reach, LeadingKeys);");
        using (writer.Block(leaves))
        {
            writer.Line("return;");
        }

        writer.Line();
    }

    private static void WriteMemory(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line($"ArrayView<Float4> shared = SharedMemory.Allocate<Float4>({plan.SharedVectors});");
        writer.Line($"ArrayView<Float4> queries = shared.SubView(0, {plan.Rows * plan.QueryStride}); // [rows, vectors of a query]");
        writer.Line($"ArrayView<Float4> weights = shared.SubView({plan.Rows * plan.QueryStride}, {plan.Rows * plan.ScoreStride}); // scores, then weights [rows, score stride]");
        writer.Line("ArrayView<float> queryCells = queries.Cast<float>(), weightCells = weights.Cast<float>();");
        writer.Line("ArrayView<float> factors = SharedMemory.Allocate<float>(Rows); // what each row's outputs so far are multiplied by");
        if (plan.Gpu.Base.QkNorm != QkNormModifier.None)
        {
            writer.Line("ArrayView<float> norms = SharedMemory.Allocate<float>(Rows); // what each query is multiplied by");
        }

        writer.Line("int thread = Group.IdxX, kvHead = work.Head, firstRow = work.FirstRow;");
        writer.Line("int column = thread % KeyThreads, set = thread / KeyThreads; // place across a key, and which keys of a tile; or across a row's scores, and which row");
        writer.Line("work.FirstRow = 0;");
        writer.Line();
    }

    private static void WriteQueries(CodeWriter writer, GpuDecodePlan plan)
    {
        const string Token = "(firstRow + r) / GroupSize", At = "(work.QueryAt + (((kvHead * GroupSize) + ((firstRow + r) % GroupSize)) * call.QueryHeadStride))";
        GpuPlan gpu = plan.Gpu;
        SoftmaxBranch branch = gpu.Base.Branches[0];
        int width = plan.QueryStride * GpuTile.Vector;
        writer.Line("// Queries times Scale * log2(e): scores come out in base-2 units. Rows past the last, and features, are zero.");
        GpuLoadStage.WriteNorms(writer, gpu, "Query", "Rows", "r < work.Rows", Token, branch, At);
        using (writer.Block($"for (int cell = thread; cell < Rows * {width}; cell += Threads)"))
        {
            writer.Line($"int r = cell / {width}, feature = cell % {width};");
            writer.Line("float element = 0f;");
            using (writer.Block(width == gpu.Base.Shape.QueryDim ? "if (r < work.Rows)" : "if (r < work.Rows && feature < QueryDim)"))
            {
                writer.Line($"int index = {Token};");
                GpuLoadStage.WriteElement(writer, gpu, "Query", transforms: true, branch, At);
            }

            writer.Line();
            writer.Line("queryCells[cell] = element * QueryScale;");
        }

        writer.Line();
        writer.Line("Group.Barrier();");
        writer.Line();
    }

    // For the softmax a thread belongs to one row, which tells its head and token; threads past the last row see nothing and write nothing.
    private static void WriteOwnRow(CodeWriter writer, GpuDecodePlan plan)
    {
        KernelPlan kernel = plan.Gpu.Base;
        writer.Line("// This thread's row in the softmax.");
        writer.Line("int own = firstRow + Math.Min(set, work.Rows - 1);");
        writer.Line("int token = own / GroupSize, head = (kvHead * GroupSize) + (own % GroupSize);");
        writer.Line("int query = work.AlignmentOffset + token, lastKey = work.KeyLength - 1;");
        writer.Line("work.Head = head;");
        foreach (StepValue value in kernel.ScoreSteps.SelectMany(step => step.Values(kernel.Dialect)))
        {
            writer.Line($"{value.Type} {value.Name} = {value.Expression};");
        }

        writer.Line("float rowMax = float.NegativeInfinity, rowSum = 0f;");
        for (int r = 0; r < plan.Rows; r++)
        {
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, plan.ColumnsPerThread * plan.Format.Features).Select(c => $"output{r}_{c} = 0f"))};");
        }

        writer.Line();
    }

    private static void WriteTiles(CodeWriter writer, GpuDecodePlan plan)
    {
        KeyPass pass = plan.Gpu.Base.Passes[0];
        writer.Line("// The part's keys, from a whole tile on.");
        writer.Line("int from = GpuDecodeCut.From(cut, part), to = Math.Min(from + cut.Keys, work.KeyLength);");
        if (pass.HasFirst)
        {
            writer.Line($"int firstKey = Math.Max(0, {pass.First("work.AlignmentOffset")}); // of the first token");
        }

        writer.Line($"int fullFrom = {(pass.HasFirst ? pass.First("query") : "0")}, fullTo = {(pass.HasLast ? $"Math.Min(work.KeyLength, {pass.Last("query")} + 1)" : "work.KeyLength")}; // seen by this thread's row");
        using (writer.Block("for (int tile = from; tile < to; tile += DecodeKeys)"))
        {
            if (pass.HasFirst)
            {
                using (writer.Block($"if ({(pass.Range.Sinks > 0 ? $"tile >= Sinks{pass.Suffix} && " : string.Empty)}tile + DecodeKeys <= firstKey)"))
                {
                    writer.Line("continue;");
                }

                writer.Line();
            }

            GpuDecodeScoreStage.Write(writer, plan);
            GpuDecodeSoftmaxStage.Write(writer, plan);
            GpuDecodeValueStage.Write(writer, plan);
            writer.Line("Group.Barrier(); // before the next tile's scores take the place of these weights");
        }

        writer.Line();
    }

    private static void WriteSums(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line("// What the part leaves: of each row, the outputs, the maximum and the sum.");
        writer.Line($"long left = ((((((long)work.Batch * KvHeads) + kvHead) * call.MostRows) + firstRow) * call.MostParts) + part;");
        GpuSoftmaxStage.WriteAcrossRow(writer, "rowSum", static (a, b) => $"{a} + {b}");
        using (writer.Block("if (set < work.Rows && column == 0)"))
        {
            writer.Line("Float4 end = default;");
            writer.Line("end.X = rowMax;");
            writer.Line("end.Y = rowSum;");
            writer.Line($"call.Parts[((left + ((long)set * call.MostParts)) * {plan.PartVectors}) + {plan.OutputVectors}] = end;");
        }

        writer.Line();
        GpuDecodeValueStage.WriteOutputs(writer, plan);
    }
}
