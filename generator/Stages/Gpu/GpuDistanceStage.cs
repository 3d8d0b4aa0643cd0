using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Vectors of clipped distances (Shaw et al. 2018) on the GPU. Each group computes the products of its queries with all of them once, into device memory,
/// where its scores pick from; value vectors are added key by key.
/// </summary>
internal static class GpuDistanceStage
{
    /// <summary>The products of the tile's queries with the distances' key vectors.</summary>
    public static void WriteTerms(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch)
    {
        if (plan.Base.Distances is not { } distances)
        {
            return;
        }

        string feature = branch.FirstFeature == 0 ? string.Empty : $" + {branch.FirstFeature}";
        string scale = distances.IsScaled ? string.Empty : $" * {Literals.Of((float)(1 / plan.Base.Shape.Scale))}";
        writer.Line($"// terms[row, n] = query . key vector n of {distances.Count}.");
        using (writer.Block($"for (int cell = thread; cell < TileRows * {distances.Count}; cell += Threads)"))
        {
            writer.Line($"int r = cell / {distances.Count}, n = cell % {distances.Count};");
            writer.Line($"ArrayView<float> vector = call.RelativeKeys.SubView((n * HeadDim){feature}, QueryDim);");
            writer.Line("float term = 0f;");
            using (writer.Block("for (int feature = 0; feature < QueryDim; feature++)"))
            {
                writer.Line($"term = (queryCells[(r * {plan.Tile.QueryStride * GpuTile.Vector}) + feature] * vector[feature]) + term;");
            }

            writer.Line();
            writer.Line($"call.DistanceTerms[(((Grid.IdxX * (long)TileRows) + r) * DistanceTermsStride) + n + (DistanceTermsZero - DistanceTermsMost)] = term{scale};");
        }

        writer.Line();
        writer.Line("Group.Barrier();");
    }

    /// <summary>Adds the value vectors of a tile's distances.</summary>
    public static void WriteValues(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        if (plan.Base.Distances is not { HasValues: true })
        {
            return;
        }

        writer.Line("// Value vectors of the distances, weighted as the keys at those distances are.");
        using (writer.Block("for (int k = 0; k < TileKeys && tile + k < endKey; k++)"))
        {
            writer.Line($"int place = {pass.IndexOf("(tile + k)")};");
            for (int r = 0; r < plan.Tile.RowsPerThread; r++)
            {
                writer.Line($"float weight{r} = weightCells[((firstRow + {r}) * {plan.Tile.WeightStride * GpuTile.Vector}) + k];");
                using (writer.Block($"if (weight{r} != 0f)"))
                {
                    writer.Line($"int distance = Math.Min(Math.Max(place - ({Index.Plus("query", r)}), -DistanceTermsMost), DistanceTermsMost) + DistanceTermsMost;");
                    writer.Line("ArrayView<float> vector = call.RelativeValues.SubView(distance * (long)ValueDim, ValueDim);");
                    for (int c = 0; c < plan.Columns; c++)
                    {
                        string feature = GpuPlan.Feature(c);
                        string add = $"output{r}_{c} = (weight{r} * vector[{feature}]) + output{r}_{c};";
                        writer.Line(plan.PadsValues ? $"if ({feature} < ValueDim) {{ {add} }}" : add);
                    }
                }
            }
        }

        writer.Line();
    }
}
