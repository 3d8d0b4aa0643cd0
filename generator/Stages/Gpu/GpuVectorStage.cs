using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Brings rows of keys and values to shared memory in vectors of 16 bytes, where nothing happens to them on the way.</summary>
internal static class GpuVectorStage
{
    /// <summary>A tile's keys, from a cache or from a tensor of whole vectors.</summary>
    public static void WriteKeys(CodeWriter writer, GpuPlan plan, KeyPass pass, SoftmaxBranch branch)
    {
        GpuRowFormat format = plan.Format;
        int vectors = format.Vectors(plan.Base.Shape.QueryDim), stride = plan.Tile.QueryStride;
        string first = branch.FirstFeature == 0 ? string.Empty : $" + {branch.FirstFeature / format.Features}";
        string source = plan.ReadsCache
            ? $"call.CacheKeys[work.CacheKeyAt + ({pass.IndexOf("(tile + r)")} * (long){format.Vectors(plan.Base.Shape.HeadDim)}) + part{first}]"
            : $"keyVectors[((work.KeyAt + ({pass.IndexOf("(tile + r)")} * call.KeyRowStride)) / {GpuTile.Vector}) + part{first}]";
        if (!plan.ReadsCache)
        {
            writer.Line("ArrayView<Float4> keyVectors = call.Key.Cast<Float4>().AsAligned(16);");
        }

        using (writer.Block($"for (int cell = thread; cell < TileKeys * {vectors}; cell += Threads)"))
        {
            writer.Line($"int r = cell / {vectors}, part = cell % {vectors};");
            writer.Line("Float4 vector = default;");
            using (writer.Block("if (tile + r < endKey)"))
            {
                writer.Line($"vector = {source};");
            }

            writer.Line();
            WriteWidened(writer, format, $"(r * {stride}) + (part * {format.Widened})", limit: null);
        }
    }

    /// <summary>A tile's values and, in <c>check</c>, whether any of them is not finite.</summary>
    public static void WriteValues(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        GpuRowFormat format = plan.Format;
        int stored = format.Vectors(plan.Base.Shape.ValueDim), stride = plan.Tile.ValueStride, vectors = (stride + format.Widened - 1) / format.Widened;
        string source = plan.ReadsCache
            ? $"call.CacheValues[work.CacheValueAt + ({pass.IndexOf("(tile + r)")} * (long){stored}) + part]"
            : $"valueVectors[((work.ValueAt + ({pass.IndexOf("(tile + r)")} * call.ValueRowStride)) / {GpuTile.Vector}) + part]";
        if (!plan.ReadsCache)
        {
            writer.Line("ArrayView<Float4> valueVectors = call.Value.Cast<Float4>().AsAligned(16);");
        }

        using (writer.Block($"for (int cell = thread; cell < TileKeys * {vectors}; cell += Threads)"))
        {
            writer.Line($"int r = cell / {vectors}, part = cell % {vectors};");
            writer.Line("Float4 vector = default;");
            using (writer.Block(stored < vectors ? $"if (tile + r < endKey && part < {stored})" : "if (tile + r < endKey)"))
            {
                writer.Line($"vector = {source};");
            }

            writer.Line();
            writer.Line($"check += ({string.Join(" + ", format.Unpack("vector"))}) * 0f;");
            WriteWidened(writer, format, $"(r * {stride}) + (part * {format.Widened})", limit: vectors * format.Widened > stride ? stride : null);
        }
    }

    // A vector of eight features is two vectors of floats; the second may lie past the row.
    private static void WriteWidened(CodeWriter writer, GpuRowFormat format, string at, int? limit)
    {
        if (format.IsSingle)
        {
            writer.Line($"keyValues[{at.Replace(" * 1)", ")").Replace("(part)", "part")}] = vector;");
            return;
        }

        string[] features = [.. format.Unpack("vector")];
        writer.Line("Float4 wide = default;");
        for (int n = 0; n < format.Widened; n++)
        {
            for (int part = 0; part < GpuTile.Vector; part++)
            {
                writer.Line($"wide.{Float4Parts.Names[part]} = {features[(n * GpuTile.Vector) + part]};");
            }

            string store = $"keyValues[{at}{(n == 0 ? string.Empty : $" + {n}")}] = wide;";
            writer.Line(n > 0 && limit is { } past ? $"if ((part * {format.Widened}) + {n} < {past}) {{ {store} }}" : store);
        }
    }
}
