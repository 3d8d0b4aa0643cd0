using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The kernel on tensor cores (FlashAttention-2, Dao 2023): a group takes the queries of one tile and walks over the tiles of keys that any of them sees; keys and values
/// are copied while others are used (see <see cref="Catalog.TensorTile"/>). C# holds the indices and the loop, inline PTX the elements.
/// </summary>
internal static class TensorKernelStage
{
    public static void Write(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("/// <summary>One group: the outputs of TileRows queries of one head.</summary>");
        using (writer.Block("public static void Run(GpuAttentionCall call)"))
        {
            writer.Line("GpuWork work = GpuWork.Of(call, GpuOrder.Place(call, Grid.IdxX), Heads, GroupSize, TileRows);");
            writer.Line("// Of a shorter sequence among those laid end to end; the whole group leaves.");
            using (writer.Block("if (work.Rows <= 0)"))
            {
                writer.Line("return;");
            }

            writer.Line();
            WriteIndices(writer, plan);
            writer.Line();
            TensorRegisters.Write(writer, plan);
            writer.Line();
            WriteBounds(writer, plan);
            writer.Line();
            TensorCopyStage.WriteQueries(writer, plan);
            if (plan.Tile.HoldsQueries)
            {
                WriteInTwoStages(writer, plan);
            }
            else
            {
                WriteInTurns(writer, plan);
            }

            writer.Line();
            writer.Line("CudaAsm.Emit(\"cp.async.wait_group 0\");");
            TensorEpilogueStage.Write(writer, plan);
        }
    }

    private static void WriteIndices(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("SharedMemory.GetDynamic<Float4>();");
        writer.Line("int lastKey = work.KeyLength - 1;");
        writer.Line("int thread = Group.IdxX, lane = thread & 31;");
        writer.Line("int firstRow = (thread / 32 * WarpRows) + (lane / 4); // the first of this lane's rows in the tile");
        if (plan.Base.DependsOnQuery || plan.HasAlibi)
        {
            writer.Line("int query = work.FirstRow + firstRow + work.AlignmentOffset; // the key that this row stands at");
        }

        if (plan.HasAlibi || plan.Base.HasSinkLogits)
        {
            writer.Line("int head = work.Head;");
        }

        foreach (StepValue value in plan.Base.ScoreSteps.SelectMany(step => step.Values(plan.Base.Dialect)))
        {
            writer.Line($"{value.Type} {value.Name} = {value.Expression};");
        }
    }

    private static void WriteBounds(CodeWriter writer, TensorPlan plan)
    {
        KeyPass pass = plan.Pass;
        ItemStage.WriteKeyBounds(writer, pass, "work.AlignmentOffset");
        if (pass.HasFirst || pass.HasLast)
        {
            writer.Line("// The keys that the first of this warp's rows stands at, and those that any of its rows sees: with a tile before or behind them it has nothing to do but its part of the copies.");
            writer.Line("int warpStand = work.FirstRow + (thread / 32 * WarpRows) + work.AlignmentOffset;");
        }

        if (pass.HasFirst)
        {
            writer.Line($"int warpFrom = {TileStage.Start(pass, "warpStand")};");
        }

        if (pass.HasLast)
        {
            writer.Line($"int warpTo = {TileStage.End(pass, "(warpStand + WarpRows - 1)")};");
        }

        writer.Line("// Keys [fullFrom, fullTo) are seen by every row of the warp: no mask there.");
        writer.Line($"int fullFrom = {(pass.HasFirst ? TileStage.Start(pass, "(warpStand + WarpRows - 1)") : "0")};");
        writer.Line($"int fullTo = {(pass.HasLast ? $"Math.Min(endKey, {TileStage.End(pass, "warpStand")})" : "endKey")};");
        writer.Line($"int tile = {(pass.HasFirst && pass.Range.Sinks == 0 ? "firstKey / TileKeys * TileKeys" : "0")};");
    }

    // Queries in registers: the next tile is copied while this one is used.
    private static void WriteInTwoStages(CodeWriter writer, TensorPlan plan)
    {
        TensorCopyStage.WriteCommit(writer);
        writer.Line("int stage = 0; // which of the two places of keys and values is being used");
        using (writer.Block("if (tile < endKey)"))
        {
            TensorCopyStage.WriteKeys(writer, plan, "tile", "stage");
            TensorCopyStage.WriteValues(writer, plan, "tile", "stage");
        }

        writer.Line();
        TensorCopyStage.WriteCommit(writer);
        TensorCopyStage.WriteWait(writer, 1);
        TensorScoreStage.WriteQueries(writer, plan);
        writer.Line();
        using (writer.Block("while (tile < endKey)"))
        {
            writer.Line("// This tile has come, and everyone is done with the one before (at first: with loading queries): the next may take its place.");
            TensorCopyStage.WriteWait(writer, 0);
            WriteNext(writer, plan);
            using (writer.Block("if (next < endKey)"))
            {
                TensorCopyStage.WriteKeys(writer, plan, "next", "(1 - stage)");
                TensorCopyStage.WriteValues(writer, plan, "next", "(1 - stage)");
                TensorCopyStage.WriteCommit(writer);
            }

            writer.Line();
            WriteWhereSeen(writer, plan, () =>
            {
                TensorScoreStage.Write(writer, plan);
                writer.Line();
                WriteWeightsAndValues(writer, plan);
            });
            writer.Line("tile = next;");
            writer.Line("stage = 1 - stage;");
        }
    }

    // Queries in shared memory: values are copied while keys are used, and keys while values are.
    private static void WriteInTurns(CodeWriter writer, TensorPlan plan)
    {
        using (writer.Block("if (tile < endKey)"))
        {
            TensorCopyStage.WriteKeys(writer, plan, "tile");
        }

        writer.Line();
        TensorCopyStage.WriteCommit(writer);
        TensorScoreStage.WriteQueryPlaces(writer, plan);
        using (writer.Block("while (tile < endKey)"))
        {
            writer.Line("// This tile's keys have come (at first: queries too), and everyone is done with the values of the one before: this tile's may take their place.");
            TensorCopyStage.WriteWait(writer, 0);
            TensorCopyStage.WriteValues(writer, plan, "tile");
            TensorCopyStage.WriteCommit(writer);
            writer.Line();
            if (WriteWhereSeen(writer, plan, () => TensorScoreStage.Write(writer, plan)))
            {
                // Without this, scores would hold registers from tile to tile.
                using (writer.Block("else"))
                {
                    TensorScoreStage.WriteNothing(writer, plan);
                }
            }

            writer.Line();
            writer.Line("// The values have come, and everyone is done with the keys: the next may take their place.");
            TensorCopyStage.WriteWait(writer, 0);
            WriteNext(writer, plan);
            using (writer.Block("if (next < endKey)"))
            {
                TensorCopyStage.WriteKeys(writer, plan, "next");
                TensorCopyStage.WriteCommit(writer);
            }

            writer.Line();
            WriteWhereSeen(writer, plan, () => WriteWeightsAndValues(writer, plan));
            writer.Line("tile = next;");
        }
    }

    // Under a condition, unless all keys are seen; the same for all lanes of a warp.
    private static bool WriteWhereSeen(CodeWriter writer, TensorPlan plan, Action write)
    {
        KeyPass pass = plan.Pass;
        if (!pass.HasFirst && !pass.HasLast)
        {
            write();
            return false;
        }

        // Of causal attention the last key bounds the sinks too.
        string sink = pass.Range.Sinks > 0 ? $" || tile < Sinks{pass.Suffix}" : "", first = pass.HasFirst ? "tile + TileKeys > warpFrom" : "true";
        string seen = !pass.HasLast ? first + sink
            : !pass.HasFirst ? "tile < warpTo" + (pass.Range.IsCausal ? "" : sink)
            : sink.Length == 0 ? $"tile < warpTo && {first}"
            : pass.Range.IsCausal ? $"tile < warpTo && ({first}{sink})"
            : $"(tile < warpTo && {first}){sink}";
        using (writer.Block($"if ({seen})"))
        {
            write();
        }

        return true;
    }

    private static void WriteNext(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("int next = tile + TileKeys;");
        if (plan.Pass.HasFirst && plan.Pass.Range.Sinks > 0)
        {
            writer.Line("// Between the sinks and the window there is nothing to see.");
            writer.Line($"next = next >= Sinks{plan.Pass.Suffix} && next + TileKeys <= firstKey ? firstKey / TileKeys * TileKeys : next;");
        }
    }

    private static void WriteWeightsAndValues(CodeWriter writer, TensorPlan plan)
    {
        writer.Line("int firstColumn = tile + ((lane & 3) * 2); // this lane's first key");
        TensorStepStage.Write(writer, plan);
        TensorMaskStage.Write(writer, plan);
        TensorSoftmaxStage.Write(writer, plan);
        TensorValueStage.Write(writer, plan);
    }
}
