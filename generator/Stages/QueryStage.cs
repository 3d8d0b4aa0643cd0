using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Copies queries to the workspace, encoded and scaled, and clears the state of a chunk's rows.</summary>
internal static class QueryStage
{
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        if (ComparesPlainQueries(plan))
        {
            writer.Line("// The same queries without positions, for what the distances' vectors are compared with.");
            WriteMethod(writer, plan, "CopyQueries", "float* queries", transforms: false);
            writer.Line();
        }

        string note = plan.RowTransform is { } transform ? $", rotated by their positions ({transform.Encoding.Name})" : string.Empty;
        writer.Line($"// Queries of one head{note}, times Scale * log2(e): scores come out in base-2 units. Rows [first, end) of the chunk; those past its last are zero.");
        WriteMethod(writer, plan, "PrepareQueries", "float* queries", transforms: true);
        if (plan.KeepsState)
        {
            writer.Line();
            WriteClear(writer);
        }
    }

    private static void WriteClear(CodeWriter writer)
    {
        writer.Line("// Rows that have seen no key yet.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void ClearState(int rows, float* outputs, float* rowSum, float* rowMax)"))
        {
            writer.Line("new Span<float>(outputs, rows * PaddedValueDim).Clear();");
            writer.Line("new Span<float>(rowSum, rows * Lanes).Clear();");
            writer.Line("new Span<float>(rowMax, rows).Fill(float.NegativeInfinity);");
        }
    }

    /// <summary>Whether rotated queries are not what distances are compared with: then the product would depend on where the sequence starts.</summary>
    public static bool ComparesPlainQueries(KernelPlan plan) => plan is { RowTransform: not null, Distances: not null };

    private static void WriteMethod(CodeWriter writer, KernelPlan plan, string name, string buffers, bool transforms)
    {
        Dialect dialect = plan.Dialect;
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void {name}(AttentionCall* call, WorkItem work, int head, int first, int end, {buffers}{Extra(plan, typed: true)})"))
        {
            writer.Line($"float* source = call->Query.Head(work.Batch, head){(plan.IsSplit ? " + feature" : string.Empty)};");
            writer.Line($"{dialect.Float} scale = {dialect.Broadcast("QueryScale")};");
            using (writer.Block("for (int r = first; r < end; r++)"))
            {
                writer.Line("float* target = queries + ((r - first) * QueryDim);");
                using (writer.Block("if (r < work.Rows)"))
                {
                    writer.Line("int index = work.FirstRow + r;");
                    writer.Line("float* row = source + (index * call->Query.RowStride);");
                    if (!transforms || !ComparesPlainQueries(plan))
                    {
                        AheadStage.WriteRow(writer, plan, "call->Query.RowStride", "QueryDim");
                    }

                    WriteNormalisedRow(writer, plan, "Query");
                    if (transforms)
                    {
                        WriteRotationRow(writer, plan, "Query", "index");
                    }

                    foreach (FeatureRun run in transforms ? Runs(plan) : PlainRuns(plan))
                    {
                        Columns.Write(writer, dialect, run.From, run.To, (target, index) =>
                            target.Store(target.Multiply(run.Expression(target, index), target == dialect ? "scale" : "QueryScale"), "target", index));
                    }
                }

                using (writer.Block("else"))
                {
                    writer.Line("new Span<float>(target, QueryDim).Clear();");
                }
            }
        }
    }

    /// <summary>Arguments after the buffer, as declared (<paramref name="typed"/>) or as passed for a branch that compares features from <paramref name="feature"/>.</summary>
    public static string Extra(KernelPlan plan, bool typed, int feature = 0)
    {
        string text = plan.QkNorm == QkNormModifier.None ? string.Empty : typed ? ", float* normalised" : ", At(workspace, NormalisedRowAt)";
        return text + (plan.IsSplit ? typed ? ", int feature" : $", {feature}" : string.Empty);
    }

    /// <summary>Normalises a row into a buffer that then stands for it.</summary>
    public static void WriteNormalisedRow(CodeWriter writer, KernelPlan plan, string side)
    {
        if (plan.QkNorm == QkNormModifier.None)
        {
            return;
        }

        Dialect dialect = plan.Dialect;
        writer.Line($"{dialect.Float} squares = {dialect.Zero};");
        writer.Line("float tail = 0f;");
        Columns.Write(writer, dialect, 0, plan.Shape.QueryDim, (target, index) => target == dialect
            ? $"squares = {target.MultiplyAdd(target.Load("row", index), target.Load("row", index), "squares")};"
            : $"tail += row[{index}] * row[{index}];");
        string norm = $"{dialect.SumLanes("squares")} + tail";
        writer.Line(plan.QkNorm == QkNormModifier.Rms
            ? $"float norm = 1f / MathF.Sqrt((({norm}) / QueryDim) + 1e-6f);"
            : $"float norm = 1f / MathF.Max(MathF.Sqrt({norm}), 1e-12f);");
        writer.Line($"{dialect.Float} norms = {dialect.Broadcast("norm")};");
        Columns.Write(writer, dialect, 0, plan.Shape.QueryDim, (target, index) =>
        {
            string scaled = target.Multiply(target.Load("row", index), target == dialect ? "norms" : "norm");
            return target.Store(plan.QkNorm == QkNormModifier.Rms ? target.Multiply(scaled, target.Load($"call->{side}Gain", index)) : scaled, "normalised", index);
        });
        writer.Line("row = normalised;");
    }

    /// <summary>Finds the encoding's table row for an index, when the rows are transformed.</summary>
    public static void WriteRotationRow(CodeWriter writer, KernelPlan plan, string side, string index)
    {
        if (plan.RowTransform is not { } transform)
        {
            return;
        }

        int axes = ((RotaryEncoding)transform.Encoding).Sections(transform.Spec, plan.Shape.QueryDim).Count;
        writer.Line($"int* positions = call->{side}Positions == null ? null : call->{side}Positions + (work.Batch * call->{side}PositionStride) + {index};");
        for (int axis = 0; axis < axes; axis++)
        {
            string at = axis == 0 ? "*positions" : $"positions[{(axis == 1 ? string.Empty : axis + " * ")}call->{side}PositionAxisStride]";
            writer.Line($"float* {RotaryEncoding.Rotation(axis)} = call->{side}RotaryTable + ((positions == null ? {index} + call->{side}RotaryOffset : {at}) * (long)RotationStride);");
        }
    }

    /// <summary>The runs of features of a query or key row.</summary>
    public static System.Collections.Generic.IEnumerable<FeatureRun> Runs(KernelPlan plan) =>
        plan.RowTransform is { } transform
            ? transform.Encoding.TransformRow(transform.Spec, plan.Shape.QueryDim)
            : PlainRuns(plan);

    /// <summary>The runs of features of a row that stays as it is.</summary>
    public static System.Collections.Generic.IEnumerable<FeatureRun> PlainRuns(KernelPlan plan) =>
        [new FeatureRun(0, plan.Shape.QueryDim, static (dialect, index) => dialect.Load("row", index))];
}
