using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Asks for rows that a loop will reach some pages later. Only where rows are a good part of the work: <see cref="KernelPlan.AsksAhead"/>.</summary>
internal static class AheadStage
{
    /// <summary>Rows ahead: four pages of rows of 64 floats.</summary>
    public const int Rows = 64;

    /// <summary>Asks for the row that stands <see cref="Rows"/> steps of <paramref name="stride"/> behind <c>row</c>; an address past the end is harmless.</summary>
    public static void WriteRow(CodeWriter writer, KernelPlan plan, string stride, string columns)
    {
        if (plan.AsksAhead)
        {
            writer.Line($"CachePrefetch.Row(row + (RowsAhead * {stride}), {columns});");
        }
    }

    /// <summary>Asks for the key or value that stands <see cref="Rows"/> keys of the pass behind <c>row</c>. Landmarks are few and far apart.</summary>
    public static void WriteKeyRow(CodeWriter writer, KernelPlan plan, KeyPass pass, string tensor, string columns)
    {
        if (pass.Range.Landmarks == 0)
        {
            WriteRow(writer, plan, Stride(pass, tensor), columns);
        }
    }

    /// <summary>Asks for the panel of keys that stands <see cref="Rows"/> keys of the pass behind the one from key <c>first</c> on, as far as there are keys.</summary>
    public static void WritePanel(CodeWriter writer, KernelPlan plan, KeyPass pass, string panel)
    {
        if (plan.AsksAhead)
        {
            writer.Line($"CachePrefetch.Rows({panel}, {Stride(pass, "Key")}, RowsAhead, Lanes, {(pass.IsIndexed ? "to" : "work.KeyLength")} - first, QueryDim);");
        }
    }

    /// <summary>Floats from one key or value of a pass, landmarks aside, to the next.</summary>
    public static string Stride(KeyPass pass, string tensor) =>
        pass.Range.Step > 1 ? $"(Step{pass.Suffix} * call->{tensor}.RowStride)" : $"call->{tensor}.RowStride";
}
