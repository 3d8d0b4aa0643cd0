using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Vectors of clipped distances (Shaw et al. 2018). With the keys: each query's product with all of them is computed once per chunk, by the
/// score tile's own loop, and its scores then pick from that table. With the values: inside the window a distance is one key, so the weights,
/// read one key further with each row, are multiplied by the value vectors like by values; outside of it the weights' sums are.
/// </summary>
internal static class DistanceStage
{
    /// <summary>Packs the vectors, in a work item before its queries.</summary>
    public static void WritePackingCalls(CodeWriter writer, KernelPlan plan, string feature)
    {
        if (plan.Distances is not { } distances)
        {
            return;
        }

        writer.Line($"PackDistanceKeys(call, At(workspace, DistanceKeysAt){feature});");
        if (distances.HasValues)
        {
            writer.Line("PackDistanceValues(call, At(workspace, DistanceValuesAt));");
        }
    }

    /// <summary>Computes the tables of one head's queries.</summary>
    public static void WriteTermsCall(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Distances is not null)
        {
            writer.Line("ComputeDistanceTerms(At(workspace, QueriesAt) + (state * QueryDim), At(workspace, DistanceKeysAt), At(workspace, DistanceTermsAt) + (state * DistanceTermsStride), tiles);");
        }
    }

    /// <summary>Adds the value vectors of one tile and range of keys.</summary>
    public static void WriteValueCall(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        if (plan.Distances is not { HasValues: true })
        {
            return;
        }

        const string Keys = "scores + (start - block)";
        writer.Line(pass.IsIndexed
            ? $"DistanceValues.Accumulate({Keys}, ScoreStride, TileRows, keyIndices + (start - block), query, end - start, At(workspace, DistanceValuesAt), DistanceTermsMost, PaddedValueDim, outputs);"
            : $"AddDistanceValues({Keys}, query - start, end - start, At(workspace, DistanceValuesAt), outputs);");
    }

    /// <summary>The methods.</summary>
    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        if (plan.Distances is not { } distances)
        {
            return;
        }

        WriteKeyPacking(writer, plan, distances);
        WriteTerms(writer, plan, distances);
        foreach (int width in Widths(plan, distances).Distinct())
        {
            WriteProduct(writer, plan, distances, width);
        }

        if (distances.HasValues)
        {
            WriteValuePacking(writer, plan, distances);
            if (plan.Passes.Any(static pass => !pass.IsIndexed))
            {
                ValueStage.WriteTiles(writer, plan, "ShiftedValues", plan.ScoreStride + 1);
                DistanceValueStage.Write(writer, plan, distances);
            }
        }
    }

    private static void WriteKeyPacking(CodeWriter writer, KernelPlan plan, DistanceVectors distances)
    {
        writer.Line();
        writer.Line("// Key vectors of the distances, from the lowest, transposed into panels.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void PackDistanceKeys(AttentionCall* call, float* panels{(plan.IsSplit ? ", int feature" : string.Empty)})"))
        using (writer.Block($"for (int first = 0; first < {distances.Count}; first += Lanes)"))
        {
            string source = $"call->RelativeKeys + (first * {plan.Shape.HeadDim}){(plan.IsSplit ? " + feature" : string.Empty)}";
            writer.Line($"PanelPacking.Transpose{plan.Dialect.Lanes}({source}, {plan.Shape.HeadDim}, Math.Min(Lanes, {distances.Count} - first), QueryDim, panels + (first * QueryDim));");
        }
    }

    private static void WriteTerms(CodeWriter writer, KernelPlan plan, DistanceVectors distances)
    {
        Dialect dialect = plan.Dialect;
        int lanes = dialect.Lanes, last = DistanceStep.Zero(distances.Most, lanes) + distances.Most;
        writer.Line();
        writer.Line($"// terms[row, Lanes + n] = queries[row] . key vector n of {distances.Count}, for all rows of a head; the ends are repeated to both sides.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void ComputeDistanceTerms(float* queries, float* keys, float* terms, int tiles)"))
        using (writer.Block("for (int tile = 0; tile < tiles; tile++)"))
        {
            int panel = 0;
            foreach (int width in Widths(plan, distances))
            {
                writer.Line($"DistanceTerms{width}(queries, keys + {panel * lanes * plan.Shape.QueryDim}, terms + {(panel + 1) * lanes});");
                panel += width;
            }

            using (writer.Block("for (int r = 0; r < TileRows; r++)"))
            {
                writer.Line(dialect.Store(dialect.LoadBroadcast("terms", Literals.Of(lanes)), "terms", "0"));
                writer.Line($"{dialect.Float} farthest = {dialect.LoadBroadcast("terms", Literals.Of(last))};");
                writer.Line(dialect.Store("farthest", "terms", Literals.Of(last)));
                writer.Line(dialect.Store("farthest", "terms", Literals.Of(DistanceStep.LastRegister(distances.Most, lanes))));
                writer.Line("terms += DistanceTermsStride;");
            }

            writer.Line("queries += TileRows * QueryDim;");
        }
    }

    private static void WriteProduct(CodeWriter writer, KernelPlan plan, DistanceVectors distances, int width)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line($"// terms[{dialect.TileRows} rows, {width * dialect.Lanes} distances] = queries[{dialect.TileRows} rows, {plan.Shape.QueryDim}] * key vectors[{plan.Shape.QueryDim}, {width * dialect.Lanes} distances].");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void DistanceTerms{width}(float* queries, float* keys, float* terms)"))
        {
            ScoreStage.WriteProduct(writer, plan, width);
            if (!distances.IsScaled)
            {
                writer.Line("// The queries carry the scale, of which this term is free.");
                writer.Line($"{dialect.Float} unscale = {dialect.Broadcast(Literals.Of((float)(1 / plan.Shape.Scale)))};");
            }

            for (int r = 0; r < dialect.TileRows; r++)
            {
                for (int v = 0; v < width; v++)
                {
                    string term = distances.IsScaled ? $"score{r}_{v}" : dialect.Multiply($"score{r}_{v}", "unscale");
                    writer.Line(dialect.Store(term, "terms", Literals.Of((r * DistanceStep.Stride(distances.Most, dialect.Lanes)) + (v * dialect.Lanes))));
                }
            }
        }
    }

    private static void WriteValuePacking(CodeWriter writer, KernelPlan plan, DistanceVectors distances)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        writer.Line("// Value vectors of the distances as rows of PaddedValueDim floats, then a number that is 0 if all of them are finite.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void PackDistanceValues(AttentionCall* call, float* packed)"))
        {
            writer.Line($"{dialect.Float} zeros = {dialect.Zero}, check = {dialect.Zero};");
            writer.Line("float tailCheck = 0f;");
            using (writer.Block($"for (int n = 0; n < {distances.Count}; n++)"))
            {
                writer.Line($"float* row = call->RelativeValues + (n * {plan.Shape.ValueDim});");
                writer.Line("float* target = packed + (n * PaddedValueDim);");
                ValueStage.WriteRow(writer, plan);
            }

            writer.Line($"packed[{distances.Count} * PaddedValueDim] = {dialect.SumLanes("check")} + tailCheck;");
        }
    }

    private static IEnumerable<int> Widths(KernelPlan plan, DistanceVectors distances)
    {
        int left = (distances.Count + plan.Dialect.Lanes - 1) / plan.Dialect.Lanes;
        for (; left > 0; left -= plan.Dialect.TileVectors)
        {
            yield return System.Math.Min(left, plan.Dialect.TileVectors);
        }
    }
}
