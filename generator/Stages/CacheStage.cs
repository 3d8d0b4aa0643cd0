using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Where a kernel touches a KV cache: new keys go in as scores need them, normalised and rotated; packing reads pages instead of tensors.</summary>
internal static class CacheStage
{
    /// <summary>In the loop over panels: the panel comes from the cache.</summary>
    public static void WritePanel(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        using (writer.Block("if (call->Cache.IsPresent)"))
        {
            writer.Line($"CacheReading.Panel(&call->Cache, work.KvHead, {(plan.IsSplit ? "feature" : "0")}, QueryDim, {pass.IndexOf("first")}, {Step(pass)}, count, panel, Lanes);");
            writer.Line("continue;");
        }

        writer.Line();
    }

    /// <summary>Before values are packed: they come from the cache.</summary>
    public static void WriteValues(CodeWriter writer, KeyPass pass)
    {
        using (writer.Block("if (call->Cache.IsPresent)"))
        {
            writer.Line($"return CacheReading.Values(&call->Cache, work.KvHead, block, from, to, {Step(pass)}, packed, PaddedValueDim);");
        }

        writer.Line();
    }

    /// <summary>The method that stores the keys and values of new tokens.</summary>
    public static void WriteAppend(CodeWriter writer, KernelPlan plan)
    {
        string done = (plan.QkNorm, plan.RowTransform) switch
        {
            (QkNormModifier.None, null) => "as they are",
            (_, null) => "normalised",
            (QkNormModifier.None, { } transform) => $"rotated by their positions ({transform.Encoding.Name})",
            (_, { } transform) => $"normalised and rotated by their positions ({transform.Encoding.Name})",
        };
        writer.Line();
        writer.Line($"// The new keys of one head go to the cache {done}, so that no later step does it again; values as they are.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("public static void Append(void* address, int item, byte* workspace)"))
        {
            writer.Line("AttentionCall* call = (AttentionCall*)address;");
            writer.Line("WorkItem work = WorkItem.Of(call, item, KvHeads);");
            writer.Line("float* source = call->Key.Head(work.Batch, work.KvHead);");
            if (plan.TransformsKeys)
            {
                WriteTransformed(writer, plan);
            }
            else
            {
                writer.Line("CacheWriting.Keys(call, CacheShape, work.KvHead, 0, call->QueryLength, source, call->Key.RowStride);");
            }

            writer.Line("CacheWriting.Values(call, CacheShape, work.KvHead);");
        }
    }

    private static void WriteTransformed(CodeWriter writer, KernelPlan plan)
    {
        int headDim = plan.Shape.HeadDim;
        writer.Line("float* newKeys = At(workspace, NewKeysAt);");
        if (plan.QkNorm != QkNormModifier.None)
        {
            writer.Line("float* normalised = At(workspace, NormalisedRowAt);");
        }

        using (writer.Block("for (int first = 0; first < call->QueryLength; first += Lanes)"))
        {
            writer.Line("int count = Math.Min(Lanes, call->QueryLength - first);");
            using (writer.Block("for (int r = 0; r < count; r++)"))
            {
                writer.Line("int index = first + r;");
                if (plan.IsSplit)
                {
                    using (writer.Block($"for (int feature = 0; feature < {headDim}; feature += QueryDim)"))
                    {
                        WriteRow(writer, plan, " + feature");
                    }
                }
                else
                {
                    WriteRow(writer, plan, string.Empty);
                }
            }

            writer.Line();
            writer.Line($"CacheWriting.Keys(call, CacheShape, work.KvHead, first, count, newKeys, {headDim});");
        }

        writer.Line();
    }

    private static void WriteRow(CodeWriter writer, KernelPlan plan, string feature)
    {
        writer.Line($"float* row = source + (index * call->Key.RowStride){feature};");
        writer.Line($"float* target = newKeys + (r * {plan.Shape.HeadDim}){feature};");
        QueryStage.WriteNormalisedRow(writer, plan, "Key");
        QueryStage.WriteRotationRow(writer, plan, "Key", "index");
        foreach (FeatureRun run in QueryStage.Runs(plan))
        {
            Columns.Write(writer, plan.Dialect, run.From, run.To, (target, index) => target.Store(run.Expression(target, index), "target", index));
        }
    }

    private static string Step(KeyPass pass) => pass.Range.Step > 1 ? "Step" + pass.Suffix : "1";
}
