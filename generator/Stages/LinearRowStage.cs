using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Copies rows of queries or keys with their positions and scale in them, and maps them to features where nothing stands between.</summary>
internal static class LinearRowStage
{
    /// <summary>Writes <c>name(call, work, head, from, count, target)</c>; rows of the target are [head dim], or of features when it <paramref name="maps"/>.</summary>
    public static void Write(CodeWriter writer, LinearPlan plan, string name, string side, bool maps)
    {
        string turned = plan.Base.RowTransform is { } transform ? $", rotated by their positions ({transform.Encoding.Name})" : string.Empty;
        string scaled = plan.Map.InputScale == 1 ? string.Empty : ", times InputScale";
        writer.Line($"// Rows [from, from + count) of one head{turned}{scaled}{(maps ? ", as features" : string.Empty)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(AttentionCall* call, WorkItem work, int head, int from, int count, float* target)"))
        {
            writer.Line($"float* source = call->{side}.Head(work.Batch, head);");
            if (plan.Map.InputScale != 1)
            {
                writer.Line($"{plan.Dialect.Float} scale = {plan.Dialect.Broadcast("InputScale")};");
            }

            using (writer.Block($"for (int r = 0; r < count; r++, target += {(maps ? "FeatureStride" : "HeadDim")})"))
            {
                writer.Line("int index = from + r;");
                writer.Line($"float* row = source + (index * call->{side}.RowStride);");
                QueryStage.WriteRotationRow(writer, plan.Base, side, "index");
                foreach (FeatureRun run in QueryStage.Runs(plan.Base))
                {
                    Columns.Write(writer, plan.Dialect, run.From, run.To, (dialect, at) =>
                    {
                        string x = run.Expression(dialect, at);
                        x = plan.Map.InputScale == 1 ? x : dialect.Multiply(x, dialect == plan.Dialect ? "scale" : "InputScale");
                        return maps
                            ? $"{{ {dialect.Float} x = {x}; {dialect.Store(plan.Map.Apply(dialect, "x"), "target", at)} }}"
                            : dialect.Store(x, "target", at);
                    });
                }
            }
        }
    }
}
