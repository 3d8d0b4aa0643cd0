using System;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Stores new keys, as they are compared, and values behind those of the cache.</summary>
internal static class GpuAppendStage
{
    /// <summary>New tokens of a group.</summary>
    public const int TileTokens = 16;

    public static void Write(CodeWriter writer, GpuPlan plan)
    {
        writer.Line("/// <summary>One group: the keys and values of up to TileTokens new tokens of one KV head, to the cache.</summary>");
        using (writer.Block("public static void Append(GpuAttentionCall call)"))
        {
            writer.Line("GpuWork work = GpuWork.Of(call, Grid.IdxX, KvHeads, 1, TileTokens);");
            using (writer.Block("if (work.Rows <= 0)"))
            {
                writer.Line("return;");
            }

            writer.Line();
            writer.Line("int thread = Group.IdxX, firstToken = work.AlignmentOffset + work.FirstRow;");
            WriteKeys(writer, plan);
            writer.Line();
            writer.Line("ArrayView<float> values = call.CacheValues.Cast<float>();");
            WriteRows(writer, plan.Format, "values", "work.CacheValueAt", plan.Base.Shape.ValueDim, () =>
                writer.Line("element = call.Value[work.ValueAt + ((work.FirstRow + token) * call.ValueRowStride) + column];"));
        }
    }

    // Where softmaxes compare parts of a key, each part is a row r of its own: turned and normalised by itself.
    private static void WriteKeys(CodeWriter writer, GpuPlan plan)
    {
        int parts = plan.Base.Shape.HeadDim / plan.Base.Shape.QueryDim;
        SoftmaxBranch branch = plan.Base.Branches[0];
        string rows = Literals.Of(TileTokens * parts), token = parts == 1 ? "r" : $"(r / {parts})", at = parts == 1 ? "work.KeyAt" : $"(work.KeyAt + (r % {parts} * QueryDim))";
        if (plan.Base.QkNorm != QkNormModifier.None)
        {
            writer.Line($"ArrayView<float> norms = SharedMemory.Allocate<float>({rows}); // what each key is multiplied by");
        }

        GpuLoadStage.WriteNorms(writer, plan, "Key", rows, $"{token} < work.Rows", $"work.FirstRow + {token}", branch, at);
        writer.Line("ArrayView<float> keys = call.CacheKeys.Cast<float>();");
        WriteRows(writer, plan.Format, "keys", "work.CacheKeyAt", plan.Base.Shape.HeadDim, () =>
        {
            writer.Line(parts == 1 ? "int r = token, feature = column;" : $"int r = (token * {parts}) + (column / QueryDim), feature = column % QueryDim;");
            writer.Line("int index = work.FirstRow + token;");
            GpuLoadStage.WriteElement(writer, plan, "Key", transforms: true, branch, at);
        });
    }

    // A thread writes 32 bits: one element, or two that share them. Rows are filled up with zeros to whole vectors.
    private static void WriteRows(CodeWriter writer, GpuRowFormat format, string cells, string at, int dim, Action element)
    {
        int width = format.Vectors(dim) * format.Features, pack = format.IsSingle ? 1 : 2, perRow = width / pack;
        using (writer.Block($"for (int cell = thread; cell < TileTokens * {perRow}; cell += Threads)"))
        {
            writer.Line($"int token = cell / {perRow}, place = cell % {perRow};");
            using (writer.Block("if (token < work.Rows)"))
            {
                writer.Line($"long target = ({at} * {GpuTile.Vector}) + ((firstToken + token) * (long){perRow}) + place;");
                if (pack == 1)
                {
                    writer.Line("int column = place;");
                    WriteElement(writer, dim < width ? dim : null, element);
                    writer.Line($"{cells}[target] = element;");
                }
                else
                {
                    writer.Line("uint pair = 0;");
                    using (writer.Block("for (int half = 0; half < 2; half++)"))
                    {
                        writer.Line("int column = (place * 2) + half;");
                        WriteElement(writer, dim < width ? dim : null, element);
                        writer.Line($"pair |= {format.Narrow("element")} << (16 * half);");
                    }

                    writer.Line();
                    writer.Line($"{cells}[target] = Interop.IntAsFloat(pair);");
                }
            }
        }
    }

    private static void WriteElement(CodeWriter writer, int? past, Action element)
    {
        writer.Line("float element = 0f;");
        using (writer.Block(past is { } end ? $"if (column < {end})" : string.Empty))
        {
            element();
        }

        writer.Line();
    }
}
