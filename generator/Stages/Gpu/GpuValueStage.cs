using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Adds a tile's values, weighted, to the outputs of a thread's rows.</summary>
internal static class GpuValueStage
{
    public static void Write(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        GpuLoadStage.WriteValues(writer, plan, pass);
        writer.Line("// A value that is not finite reaches only the rows that see it: a weight of zero must not be multiplied by it.");
        using (writer.Block("if (Group.BarrierOr(!(check == 0f)))"))
        {
            WriteExact(writer, plan);
        }

        using (writer.Block("else"))
        {
            WriteFast(writer, plan);
        }

        writer.Line();
        GpuDistanceStage.WriteValues(writer, plan, pass);
    }

    private static void WriteFast(CodeWriter writer, GpuPlan plan)
    {
        GpuTile tile = plan.Tile;
        using (writer.Block($"for (int k = 0; k < {tile.Keys / GpuTile.Vector}; k++)"))
        {
            for (int r = 0; r < tile.RowsPerThread; r++)
            {
                writer.Line($"Float4 weight{r} = weights[((firstRow + {r}) * {tile.WeightStride}) + k];");
            }

            for (int part = 0; part < GpuTile.Vector; part++)
            {
                using (writer.Block(string.Empty))
                {
                    WriteKey(writer, plan, part);
                }
            }
        }
    }

    private static void WriteKey(CodeWriter writer, GpuPlan plan, int part)
    {
        GpuTile tile = plan.Tile;
        for (int v = 0; v < tile.ValueVectors; v++)
        {
            writer.Line($"Float4 value{v} = keyValues[(((k * {GpuTile.Vector}) + {part}) * {tile.ValueStride}) + column + {v * GpuTile.ColumnThreads}];");
        }

        for (int r = 0; r < tile.RowsPerThread; r++)
        {
            for (int c = 0; c < plan.Columns; c++)
            {
                writer.Line($"output{r}_{c} = (weight{r}.{Float4Parts.Names[part]} * value{c / GpuTile.Vector}.{Float4Parts.Names[c % GpuTile.Vector]}) + output{r}_{c};");
            }
        }
    }

    private static void WriteExact(CodeWriter writer, GpuPlan plan)
    {
        GpuTile tile = plan.Tile;
        using (writer.Block("for (int k = 0; k < TileKeys; k++)"))
        {
            for (int v = 0; v < tile.ValueVectors; v++)
            {
                writer.Line($"Float4 value{v} = keyValues[(k * {tile.ValueStride}) + column + {v * GpuTile.ColumnThreads}];");
            }

            for (int r = 0; r < tile.RowsPerThread; r++)
            {
                writer.Line($"float weight{r} = weightCells[((firstRow + {r}) * {tile.WeightStride * GpuTile.Vector}) + k];");
                using (writer.Block($"if (weight{r} != 0f)"))
                {
                    for (int c = 0; c < plan.Columns; c++)
                    {
                        writer.Line($"output{r}_{c} = (weight{r} * value{c / GpuTile.Vector}.{Float4Parts.Names[c % GpuTile.Vector]}) + output{r}_{c};");
                    }
                }
            }
        }
    }
}
