using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Adds the value vectors of distances to a tile's outputs, weighted as the keys at those distances are.</summary>
internal static class DistanceValueStage
{
    public static void Write(CodeWriter writer, KernelPlan plan, DistanceVectors distances)
    {
        writer.Line();
        writer.Line("// outputs[row] += sum of weights[row, n] * value vector of clip(n - row's place); row r stands at key stand + r of the range.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AddDistanceValues(float* weights, int stand, int count, float* vectors, float* outputs)"))
        {
            using (writer.Block($"if (vectors[{distances.Count} * PaddedValueDim] != 0f)"))
            {
                writer.Line("// An infinity or NaN among them must not be multiplied by a weight of zero.");
                writer.Line("DistanceValues.Accumulate(weights, ScoreStride, TileRows, null, stand, count, vectors, DistanceTermsMost, PaddedValueDim, outputs);");
                writer.Line("return;");
            }

            writer.Line();
            WriteWindow(writer, plan);
            WriteTails(writer, distances);
        }

        WriteTail(writer, plan);
    }

    private static void WriteWindow(CodeWriter writer, KernelPlan plan)
    {
        writer.Line("// Distances nearer than the farthest: the key of row r at a distance is one further than that of row r - 1.");
        writer.Line("int first = Math.Max(1 - DistanceTermsMost, 1 - TileRows - stand), last = Math.Min(DistanceTermsMost, count - stand);");
        using (writer.Block("if (first < last)"))
        {
            writer.Line("// Where that is outside of the range for some rows and not for others, their weight is 0.");
            using (writer.Block("for (int r = 0; r < TileRows; r++)"))
            {
                writer.Line("new Span<float>(weights + (r * ScoreStride) - (TileRows - 1), TileRows - 1).Clear();");
                writer.Line("new Span<float>(weights + (r * ScoreStride) + count, TileRows - 1).Clear();");
            }

            writer.Line();
            writer.Line("AddWindow(weights + (stand + first), vectors + ((first + DistanceTermsMost) * PaddedValueDim), outputs, last - first);");
        }

        writer.Line();
    }

    private static void WriteTails(CodeWriter writer, DistanceVectors distances)
    {
        writer.Line("// Keys at the farthest distance or past it, to the left and to the right of all rows, and at the edge between.");
        writer.Line("int leftFull = Math.Max(0, Math.Min(count, stand - DistanceTermsMost + 1)) / Lanes * Lanes, leftEnd = Math.Min(count, stand - DistanceTermsMost + TileRows);");
        using (writer.Block("if (leftEnd > 0)"))
        {
            writer.Line("AddTail(weights, 0, leftFull, leftFull, leftEnd, float.NegativeInfinity, stand - DistanceTermsMost, vectors, outputs);");
        }

        writer.Line();
        writer.Line("int rightStart = Math.Max(0, stand + DistanceTermsMost), rightFull = Math.Min(count, (Math.Max(0, stand + DistanceTermsMost + TileRows - 1) + Lanes - 1) / Lanes * Lanes);");
        using (writer.Block("if (rightStart < count)"))
        {
            writer.Line($"AddTail(weights, rightFull, count, rightStart / Lanes * Lanes, rightFull, stand + DistanceTermsMost, float.PositiveInfinity, vectors + {distances.Count - 1} * PaddedValueDim, outputs);");
        }
    }

    private static void WriteTail(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line();
        using (writer.Block("private static void AddWindow(float* weights, float* values, float* outputs, int count)"))
        {
            ValueStage.WriteCalls(writer, plan, "ShiftedValues", "count");
        }

        writer.Line();
        writer.Line("// outputs[row] += vector * (sum of weights[row] in full and, where low + row <= key <= high + row, at the edge).");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void AddTail(float* weights, int fullFrom, int fullTo, int edgeFrom, int edgeTo, float low, float high, float* vector, float* outputs)"))
        {
            writer.Line($"{dialect.Float} {string.Join(", ", Enumerable.Range(0, dialect.TileRows).Select(r => $"sum{r} = {dialect.Zero}"))};");
            using (writer.Block("for (int n = fullFrom; n < fullTo; n += Lanes)"))
            {
                for (int r = 0; r < dialect.TileRows; r++)
                {
                    writer.Line($"sum{r} = {dialect.Add($"sum{r}", Weight(dialect, plan, r))};");
                }
            }

            writer.Line();
            using (writer.Block("for (int n = edgeFrom; n < edgeTo; n += Lanes)"))
            {
                writer.Line($"{dialect.Float} index = {dialect.Add(dialect.Broadcast("(float)n"), dialect.LaneIndex)};");
                for (int r = 0; r < dialect.TileRows; r++)
                {
                    string inside = dialect.And(dialect.AtLeast("index", dialect.Broadcast($"low + {r}f")), dialect.AtMost("index", dialect.Broadcast($"high + {r}f")));
                    writer.Line($"sum{r} = {dialect.Add($"sum{r}", dialect.Select(inside, Weight(dialect, plan, r), dialect.Zero))};");
                }
            }

            writer.Line();
            writer.Line("float total;");
            for (int r = 0; r < dialect.TileRows; r++)
            {
                int row = r * plan.PaddedValueDim;
                writer.Line($"total = {dialect.SumLanes($"sum{r}")};");
                Columns.Write(writer, dialect, 0, plan.PaddedValueDim, (target, index) => target.Store(
                    target.MultiplyAdd(target.Broadcast("total"), target.Load("vector", index), target.Load("outputs", Index.Plus(index, row))),
                    "outputs",
                    Index.Plus(index, row)));
            }
        }
    }

    private static string Weight(Dialect dialect, KernelPlan plan, int r) => dialect.Load("weights", Index.Plus("n", r * plan.ScoreStride));
}
