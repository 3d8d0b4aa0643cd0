using System;
using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The kernel: a group takes the queries of one tile and walks over the tiles of keys that any of them sees, with an online softmax in base 2.
/// Whatever a thread keeps has a name of its own: an array would fall to local memory.
/// </summary>
internal static class GpuKernelStage
{
    public static void Write(CodeWriter writer, GpuPlan plan)
    {
        writer.Line("/// <summary>One group: the outputs of TileRows queries of one head.</summary>");
        using (writer.Block("public static void Run(GpuAttentionCall call)"))
        {
            writer.Line("GpuWork work = GpuWork.Of(call, GpuOrder.Place(call, Grid.IdxX), Heads, GroupSize, TileRows);");
            writer.Line($"// Of a shorter sequence among those laid end to end{(plan.ReadsCache ? ", or of one with so few tokens that they are decoded" : string.Empty)}; the whole group leaves.");
            using (writer.Block(plan.ReadsCache ? "if (work.Rows <= 0 || work.QueryLength <= call.DecodedTokens)" : "if (work.Rows <= 0)"))
            {
                writer.Line("return;");
            }

            writer.Line();
            WriteMemory(writer, plan);
            for (int n = 0; n < plan.Base.Branches.Count; n++)
            {
                writer.Line();
                if (plan.Base.Branches.Count > 1)
                {
                    writer.Line($"// Softmax {n + 1} of {plan.Base.Branches.Count}, times {Literals.Of((float)plan.Base.Branches[n].Coefficient)}.");
                }

                using (writer.Block(string.Empty))
                {
                    WriteBranch(writer, plan, plan.Base.Branches[n], n);
                }
            }
        }

        foreach (KeyPass pass in plan.Base.Passes.Where(static pass => pass.Range.Step > 1))
        {
            writer.Line();
            TileStage.WritePacked(writer, pass);
        }
    }

    private static void WriteMemory(CodeWriter writer, GpuPlan plan)
    {
        GpuTile tile = plan.Tile;
        writer.Line($"ArrayView<Float4> queries = SharedMemory.Allocate<Float4>({tile.Rows * tile.QueryStride}); // [tile rows, query stride]");
        writer.Line($"ArrayView<Float4> keyValues = SharedMemory.Allocate<Float4>({tile.KeyValueVectors}); // keys [tile keys, query stride], then values [tile keys, value stride]");
        writer.Line($"ArrayView<Float4> weights = SharedMemory.Allocate<Float4>({tile.Rows * tile.WeightStride}); // [tile rows, weight stride]");
        writer.Line("ArrayView<float> queryCells = queries.Cast<float>(), keyValueCells = keyValues.Cast<float>(), weightCells = weights.Cast<float>();");
        if (plan.Base.QkNorm != QkNormModifier.None)
        {
            writer.Line($"ArrayView<float> norms = SharedMemory.Allocate<float>({Math.Max(tile.Rows, tile.Keys)}); // what each row of queries or keys is multiplied by");
        }

        writer.Line("int head = work.Head, lastKey = work.KeyLength - 1;");
        writer.Line("int thread = Group.IdxX;");
        writer.Line("int column = thread % ColumnThreads; // this thread's place across the keys and across the values");
        writer.Line("int firstRow = thread / ColumnThreads * RowsPerThread; // the first of this thread's rows in the tile");
        if (plan.Base.DependsOnQuery || plan.Base.StepsUseIndices || plan.Base.Distances is not null)
        {
            writer.Line("int query = work.FirstRow + firstRow + work.AlignmentOffset; // the key that this row stands at");
        }

        foreach (StepValue value in plan.Base.ScoreSteps.SelectMany(step => step.Values(plan.Base.Dialect)))
        {
            writer.Line($"{value.Type} {value.Name} = {value.Expression};");
        }
    }

    private static void WriteBranch(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch, int n)
    {
        GpuLoadStage.WriteQueries(writer, plan, branch);
        for (int r = 0; r < plan.Tile.RowsPerThread; r++)
        {
            writer.Line($"float rowMax{r} = float.NegativeInfinity, rowSum{r} = 0f;");
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, plan.Columns).Select(c => $"output{r}_{c} = 0f"))};");
        }

        foreach (KeyPass pass in branch.Passes.Select(plan.Base.PassOf))
        {
            writer.Line();
            using (writer.Block(string.Empty))
            {
                WritePass(writer, plan, pass, branch);
            }
        }

        writer.Line();
        GpuEpilogueStage.Write(writer, plan, branch, n);
    }

    private static void WritePass(CodeWriter writer, GpuPlan plan, KeyPass pass, SoftmaxBranch branch)
    {
        if (plan is { ReadsCache: true, CopiesKeys: false })
        {
            writer.Line("ArrayView<float> cacheCells = call.CacheKeys.Cast<float>();");
        }

        ItemStage.WriteKeyBounds(writer, pass, "work.AlignmentOffset");
        if (pass.HasFirst || pass.HasLast || pass.Range.Hole is not null)
        {
            writer.Line("int tileStand = work.FirstRow + work.AlignmentOffset;");
        }

        writer.Line("// Keys [fullFrom, fullTo) are seen by every row of the tile: no mask there.");
        writer.Line($"int fullFrom = {(pass.HasFirst ? TileStage.Start(pass, "(tileStand + TileRows - 1)") : "0")};");
        writer.Line($"int fullTo = {(pass.HasLast ? $"Math.Min(endKey, {TileStage.End(pass, "tileStand")})" : "endKey")};");
        if (pass.Range.Hole is not null)
        {
            writer.Line($"int holeFrom = {pass.PackedStart($"Math.Max(0, tileStand - Hole{pass.Suffix})")}, holeTo = {pass.PackedEnd($"Math.Max(0, tileStand + TileRows + Hole{pass.Suffix})")};");
        }

        bool startsAtFirst = pass.HasFirst && pass.Range.Sinks == 0;
        using (writer.Block($"for (int tile = {(startsAtFirst ? "firstKey / TileKeys * TileKeys" : "0")}; tile < endKey; tile += TileKeys)"))
        {
            WriteSkips(writer, pass);
            GpuLoadStage.WriteKeys(writer, plan, pass, branch);
            GpuScoreStage.Write(writer, plan, pass);
            GpuSoftmaxStage.Write(writer, plan);
            GpuValueStage.Write(writer, plan, pass);
            writer.Line("Group.Barrier(); // before the next tile takes the place of this one");
        }
    }

    private static void WriteSkips(CodeWriter writer, KeyPass pass)
    {
        if (pass.Range.Sinks > 0 && pass.HasFirst)
        {
            writer.Line("// Between the sinks and the window there is nothing to see.");
            using (writer.Block($"if (tile >= Sinks{pass.Suffix} && tile + TileKeys <= firstKey)"))
            {
                writer.Line("tile = (firstKey / TileKeys * TileKeys) - TileKeys;");
                writer.Line("continue;");
            }

            writer.Line();
        }

        if (!pass.IsIndexed)
        {
            using (writer.Block("if (call.HasBlocks != 0 && !GpuMasking.SeesAny(call, work, tile, TileKeys))"))
            {
                writer.Line("continue;");
            }

            writer.Line();
        }
    }
}
