using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>What a sequence leaves behind, as one row after the other whatever the registers: copied into the workspace before its first chunk, and back after its last.</summary>
internal static class LinearStateStage
{
    public static void Write(CodeWriter writer, LinearPlan plan)
    {
        writer.Line($"// A head's state: sums of features times values [features, value dim], sums of features{(plan.IsExponential ? ", and their running maxima" : string.Empty)}.");
        writer.Line("private static float* StateOf(AttentionCall* call, WorkItem work) => call->States + (work.Batch * call->StateStride) + ((long)work.KvHead * StateFloats);");
        writer.Line();
        WriteCopy(writer, plan, "LoadState", "stored", "held");
        writer.Line();
        WriteCopy(writer, plan, "StoreState", "held", "stored");
    }

    private static void WriteCopy(CodeWriter writer, LinearPlan plan, string name, string from, string to)
    {
        using (writer.Block($"private static void {name}(AttentionCall* call, WorkItem work, byte* workspace)"))
        {
            writer.Line("float* stored = StateOf(call, work), held = At(workspace, StateAt);");
            using (writer.Block("for (int f = 0; f < Features; f++, stored += ValueDim, held += PaddedValueDim)"))
            {
                writer.Line($"new Span<float>({from}, ValueDim).CopyTo(new Span<float>({to}, ValueDim));");
            }

            writer.Line();
            writer.Line("held = At(workspace, FeatureSumAt);");
            writer.Line($"new Span<float>({from}, Features).CopyTo(new Span<float>({to}, Features));");
            if (plan.IsExponential)
            {
                writer.Line("stored += Features;");
                writer.Line("held = At(workspace, FeatureMaxAt);");
                writer.Line($"new Span<float>({from}, Features).CopyTo(new Span<float>({to}, Features));");
            }
        }
    }
}
