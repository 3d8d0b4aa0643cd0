using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Adds a tile's stored values, weighted, to the outputs of all rows of a decoding group; at the end, the slices' outputs together.</summary>
internal static class GpuDecodeValueStage
{
    private const int Quad = GpuTile.Vector;

    public static void Write(CodeWriter writer, GpuDecodePlan plan)
    {
        int across = System.Math.Min(plan.Columns, GpuDecodePlan.Threads), keys = GpuDecodePlan.TileKeys / plan.Slices;
        writer.Line($"// Values: {across} threads across the features, {plan.Slices} slices of {keys} keys each.");
        for (int r = 0; r < plan.Rows; r++)
        {
            writer.Line($"float factor{r} = factors[{r}];");
            writer.Line(string.Join(" ", Enumerable.Range(0, plan.ColumnsPerThread * plan.Format.Features).Select(c => $"output{r}_{c} *= factor{r};")));
        }

        writer.Line($"int valueColumn = thread % {across}, slice = thread / {across};");
        using (writer.Block(plan.Slices * across < GpuDecodePlan.Threads ? $"if (slice < {plan.Slices})" : string.Empty))
        using (writer.Block($"for (int k = slice * {keys}; k < (slice + 1) * {keys} && tile + k < to; k += {Quad})"))
        {
            for (int n = 0; n < Quad; n++)
            {
                writer.Line($"long valueAt{n} = work.CacheValueAt + (Math.Min({Index.Plus("tile + k", n)}, to - 1) * (long){plan.Columns}) + valueColumn;");
            }

            for (int r = 0; r < plan.Rows; r++)
            {
                writer.Line($"Float4 weight{r} = weights[{(r == 0 ? string.Empty : $"{r * plan.ScoreStride} + ")}(k / {Quad})];");
            }

            for (int c = 0; c < plan.ColumnsPerThread; c++)
            {
                int past = (c + 1) * GpuDecodePlan.Threads;
                using (writer.Block(past > plan.Columns && c > 0 ? $"if ({Index.Plus("valueColumn", c * GpuDecodePlan.Threads)} < {plan.Columns})" : string.Empty))
                {
                    WriteColumn(writer, plan, c);
                }
            }
        }

        writer.Line();
    }

    /// <summary>The outputs of the part, summed over the slices in order, a few rows at a time.</summary>
    public static void WriteOutputs(CodeWriter writer, GpuDecodePlan plan)
    {
        int across = System.Math.Min(plan.Columns, GpuDecodePlan.Threads), vectors = plan.OutputVectors, rows = plan.ReducedRows;
        writer.Line("// The slices' outputs take the place of queries and weights, which every thread has read, and are added up in order.");
        writer.Line($"int lastColumn = thread % {across}, lastSlice = thread / {across};");
        for (int first = 0; first < plan.Rows; first += rows)
        {
            int count = System.Math.Min(rows, plan.Rows - first);
            if (first > 0)
            {
                writer.Line("Group.Barrier();");
            }

            using (writer.Block(plan.Slices * across < GpuDecodePlan.Threads ? $"if (lastSlice < {plan.Slices})" : string.Empty))
            {
                WriteSlices(writer, plan, first, count);
            }

            writer.Line();
            writer.Line("Group.Barrier();");
            using (writer.Block($"for (int cell = thread; cell < {count * vectors}; cell += Threads)"))
            {
                writer.Line($"int r = {(first == 0 ? string.Empty : $"{first} + ")}(cell / {vectors});");
                using (writer.Block("if (r < work.Rows)"))
                {
                    writer.Line("Float4 sum = shared[cell];");
                    for (int slice = 1; slice < plan.Slices; slice++)
                    {
                        writer.Line($"Float4 slice{slice} = shared[{slice * count * vectors} + cell];");
                        writer.Line(string.Join(" ", Float4Parts.Names.Select(part => $"sum.{part} += slice{slice}.{part};")));
                    }

                    writer.Line($"call.Parts[((left + (r * (long)call.MostParts)) * {plan.PartVectors}) + (cell % {vectors})] = sum;");
                }
            }
        }
    }

    private static void WriteSlices(CodeWriter writer, GpuDecodePlan plan, int first, int count)
    {
        int wide = plan.Format.Widened;
        for (int c = 0; c < plan.ColumnsPerThread; c++)
        {
            string column = Index.Plus("lastColumn", c * GpuDecodePlan.Threads);
            using (writer.Block((c + 1) * GpuDecodePlan.Threads > plan.Columns && c > 0 ? $"if ({column} < {plan.Columns})" : string.Empty))
            {
                writer.Line("Float4 vector = default;");
                for (int r = 0; r < count; r++)
                {
                    for (int w = 0; w < wide; w++)
                    {
                        int from = (c * plan.Format.Features) + (w * Quad);
                        writer.Line(string.Join(" ", Float4Parts.Names.Select((part, n) => $"vector.{part} = output{first + r}_{from + n};")));
                        writer.Line($"shared[(((lastSlice * {count}) + {r}) * {plan.OutputVectors}) + (({column}) * {wide}) + {w}] = vector;");
                    }
                }
            }
        }
    }

    private static void WriteColumn(CodeWriter writer, GpuDecodePlan plan, int c)
    {
        for (int n = 0; n < Quad; n++)
        {
            writer.Line($"Float4 value{n} = call.CacheValues[{Index.Plus($"valueAt{n}", c * GpuDecodePlan.Threads)}];");
        }

        for (int n = 0; n < Quad; n++)
        {
            using (writer.Block(string.Empty))
            {
                WriteKey(writer, plan, c, n);
            }
        }
    }

    // A value that is not finite reaches only the rows that see it: a weight of zero must not be multiplied by it.
    private static void WriteKey(CodeWriter writer, GpuDecodePlan plan, int c, int n)
    {
        string[] features = [.. plan.Format.Unpack($"value{n}")];
        if (!plan.Format.IsSingle)
        {
            writer.Line($"float {string.Join(", ", features.Select((feature, f) => $"feature{f} = {feature}"))};");
            features = [.. Enumerable.Range(0, features.Length).Select(static f => $"feature{f}")];
        }

        using (writer.Block($"if (({string.Join(" + ", features)}) * 0f == 0f)"))
        {
            for (int r = 0; r < plan.Rows; r++)
            {
                WriteProducts(writer, features, r, c, n);
            }
        }

        using (writer.Block("else"))
        {
            for (int r = 0; r < plan.Rows; r++)
            {
                using (writer.Block($"if (weight{r}.{Float4Parts.Names[n]} != 0f)"))
                {
                    WriteProducts(writer, features, r, c, n);
                }
            }
        }
    }

    private static void WriteProducts(CodeWriter writer, string[] features, int r, int c, int n)
    {
        for (int f = 0; f < features.Length; f++)
        {
            string output = $"output{r}_{(c * features.Length) + f}";
            writer.Line($"{output} = (weight{r}.{Float4Parts.Names[n]} * {features[f]}) + {output};");
        }
    }
}
