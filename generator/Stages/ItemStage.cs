using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// One work item: prepares a chunk of queries, then passes every query tile over each packed block of keys that the chunk can see.
/// Block edges stand at fixed key indices, so results don't depend on how queries were cut into chunks.
/// </summary>
internal static class ItemStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        if (plan.AtOnce is { } atOnce)
        {
            AtOnceItemStage.Write(writer, plan, atOnce);
            return;
        }

        WriteRun(writer, plan);
        foreach (KeyPass pass in plan.Passes)
        {
            writer.Line();
            WritePass(writer, plan, pass);
            writer.Line();
            TileStage.Write(writer, plan, pass);
        }
    }

    private static void WriteRun(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Run(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            writer.Line("int tiles = (work.Rows + TileRows - 1) / TileRows;");
            for (int n = 0; n < plan.Branches.Count; n++)
            {
                WriteBranch(writer, plan, plan.Branches[n], n);
            }
        }
    }

    private static void WriteBranch(CodeWriter writer, KernelPlan plan, SoftmaxBranch branch, int n)
    {
        if (plan.Branches.Count > 1)
        {
            writer.Line();
            writer.Line($"// Softmax {n + 1} of {plan.Branches.Count}, times {Literals.Of((float)branch.Coefficient)}.");
        }

        string feature = plan.IsSplit ? $", {branch.FirstFeature}" : string.Empty;
        DistanceStage.WritePackingCalls(writer, plan, feature);
        WriteQueries(writer, plan, branch);
        writer.Line();
        foreach (KeyRange range in branch.Passes)
        {
            writer.Line($"WalkKeys{plan.PassOf(range).Suffix}(call, work, tiles, workspace{feature});");
        }

        string share = plan.Branches.Count > 1 ? $", {Literals.Of((float)branch.Coefficient)}, add: {Literals.Of(n > 0)}" : string.Empty;
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("int state = member * ChunkRows;");
            writer.Line($"Finish(call, work, (work.KvHead * GroupSize) + member, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state{share});");
        }
    }

    private static void WriteQueries(CodeWriter writer, KernelPlan plan, SoftmaxBranch branch)
    {
        const string Head = "call, work, (work.KvHead * GroupSize) + member, 0, tiles * TileRows, At(workspace, QueriesAt) + (state * QueryDim)";
        string extra = QueryStage.Extra(plan, typed: false, branch.FirstFeature);
        bool comparesPlainQueries = QueryStage.ComparesPlainQueries(plan);
        using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
        {
            writer.Line("int state = member * ChunkRows;");
            if (comparesPlainQueries)
            {
                writer.Line($"CopyQueries({Head}{extra});");
                DistanceStage.WriteTermsCall(writer, plan);
            }

            writer.Line($"PrepareQueries({Head}{extra});");
            writer.Line("ClearState(tiles * TileRows, At(workspace, OutputsAt) + (state * PaddedValueDim), At(workspace, RowSumAt) + (state * Lanes), At(workspace, RowMaxAt) + state);");
            if (!comparesPlainQueries)
            {
                DistanceStage.WriteTermsCall(writer, plan);
            }

            foreach (string statement in plan.ScoreSteps.SelectMany(static step => step.PrepareHead))
            {
                writer.Line(statement);
            }
        }
    }

    private static void WritePass(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("// Block after block of the keys that the chunk sees: packed once, then every tile of queries passes over it.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void WalkKeys{pass.Suffix}(AttentionCall* call, WorkItem work, int tiles, byte* workspace{(plan.IsSplit ? ", int feature" : string.Empty)})"))
        {
            WriteKeyBounds(writer, pass, "call->AlignmentOffset");
            using (writer.Block($"for (int block = {(pass.HasFirst && pass.Range.Sinks == 0 ? "firstKey / KeyBlock * KeyBlock" : "0")}; block < endKey; block += KeyBlock)"))
            {
                writer.Line("int from = block, to = Math.Min(block + KeyBlock, endKey);");
                WriteBlockBounds(writer, pass);
                if (!pass.IsIndexed)
                {
                    using (writer.Block("if (call->Blocks.IsPresent && !BlockMasking.Narrow(call, work, GroupSize, ref from, ref to))"))
                    {
                        writer.Line("continue;");
                    }

                    writer.Line();
                }

                writer.Line($"PackKeys{pass.Suffix}(call, work, block, from, to, At(workspace, KeysAt){KeyStage.Extra(plan, pass, typed: false)});");
                writer.Line($"bool finite = PackValues{pass.Suffix}(call, work, block, from, to, At(workspace, ValuesAt));");
                using (writer.Block("for (int member = 0; member < GroupSize; member++)"))
                using (writer.Block("for (int tile = 0; tile < tiles; tile++)"))
                {
                    writer.Line($"AttendTile{pass.Suffix}(call, work, member, tile * TileRows, block, from, to, finite, workspace);");
                }
            }
        }
    }

    /// <summary>The keys that any of a work item's queries sees.</summary>
    public static void WriteKeyBounds(CodeWriter writer, KeyPass pass, string alignment)
    {
        if (pass.Range.Landmarks > 0)
        {
            writer.Line($"int endKey = Math.Min(work.KeyLength, Landmarks{pass.Suffix});");
            return;
        }

        string global = pass.Range.GlobalRows > 0 ? $"stand < GlobalRows{pass.Suffix} ? " : string.Empty;
        if (pass.HasFirst || pass.HasLast)
        {
            writer.Line("// The key the chunk's first query stands at, and the keys that any of its queries sees.");
            writer.Line($"int stand = work.FirstRow + {alignment};");
        }

        if (pass.HasFirst)
        {
            string first = $"Math.Max(0, {pass.First("stand")})";
            writer.Line($"int firstKey = {(global.Length > 0 ? $"{global}0 : {first}" : pass.PackedStart(first))};");
        }

        writer.Line("int endKey = work.KeyLength;");
        if (pass.HasLast)
        {
            string end = $"Math.Min(endKey, {pass.Last("stand + work.Rows - 1")} + 1)";
            end = pass.Range.Sinks > 0 && !pass.Range.IsCausal ? $"Math.Max({end}, Math.Min(endKey, Sinks{pass.Suffix}))" : end;
            writer.Line($"endKey = {(global.Length > 0 ? $"{global}endKey : {end}" : end)};");
        }

        if (pass.IsIndexed)
        {
            writer.Line($"endKey = {pass.PackedEnd("Math.Max(0, endKey)")}; // in keys of this pass");
        }
    }

    /// <summary>Only what the chunk sees of a block is packed.</summary>
    private static void WriteBlockBounds(CodeWriter writer, KeyPass pass)
    {
        if (!pass.HasFirst)
        {
            return;
        }

        if (pass.Range.Sinks == 0)
        {
            writer.Line("from = Math.Max(from, firstKey / Lanes * Lanes);");
            return;
        }

        writer.Line("// Between the sinks and the window there is nothing to see.");
        using (writer.Block($"if (block >= Sinks{pass.Suffix})"))
        {
            using (writer.Block("if (to <= firstKey)"))
            {
                writer.Line("continue;");
            }

            writer.Line();
            writer.Line("from = Math.Max(from, firstKey / Lanes * Lanes);");
        }

        using (writer.Block("else if (to <= firstKey)"))
        {
            writer.Line($"to = Math.Min(to, Sinks{pass.Suffix});");
        }
    }
}
