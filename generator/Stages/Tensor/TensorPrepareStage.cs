using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Normalises and rotates queries and keys in FP32, and rounds them to the 16 bits that tensor cores take: a pass of its own, once per element.</summary>
internal static class TensorPrepareStage
{
    public static void Write(CodeWriter writer, TensorPlan plan, GpuPlan rows, string side)
    {
        bool isQuery = side == "Query";
        string heads = isQuery ? "Heads" : "KvHeads";
        writer.Line($"/// <summary>One group: PrepareRows rows of {(isQuery ? "queries" : "keys")} of one head, to contiguous [batch, {heads}, length, HeadDim].</summary>");
        using (writer.Block($"public static void Prepare{side}(GpuAttentionCall call)"))
        {
            writer.Line($"GpuWork work = GpuWork.Of(call, Grid.IdxX, {heads}, {(isQuery ? "GroupSize" : "1")}, PrepareRows);");
            writer.Line($"int rows = {(isQuery ? "work.Rows" : "Math.Min(PrepareRows, work.KeyLength - work.FirstRow)")}, thread = Group.IdxX;");
            GpuLoadStage.WritePrepared(writer, rows, side, plan.IsBrain, $"((long)(call.IsPacked != 0 ? 0 : work.Batch) * {heads}) + work.Head", isQuery ? "work.FirstQuery" : "work.FirstKey");
        }
    }
}
