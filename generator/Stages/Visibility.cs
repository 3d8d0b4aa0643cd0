using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The predicate of partial tiles: which keys of a register a row sees, from the pass's key range.</summary>
internal static class Visibility
{
    /// <summary>Bounds that all rows of the tile share.</summary>
    public static void WriteShared(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        if (!pass.HasLast || (pass.Range.Sinks > 0 && !pass.Range.IsCausal))
        {
            writer.Line($"{dialect.Float} last = {dialect.Broadcast("(float)lastKey")};");
        }

        if (pass.Range.Sinks > 0)
        {
            writer.Line($"{dialect.Float} lastSink = {dialect.Broadcast($"(float)(Sinks{pass.Suffix} - 1)")};");
        }
    }

    /// <summary>Bounds of row <paramref name="r"/> of the tile.</summary>
    public static void WriteRow(CodeWriter writer, KernelPlan plan, KeyPass pass, int r)
    {
        Dialect dialect = plan.Dialect;
        string query = Index.Plus("query", r);
        string global = pass.Range.GlobalRows > 0 ? $"{query} < GlobalRows{pass.Suffix} ? " : string.Empty;
        if (pass.HasFirst)
        {
            writer.Line($"{dialect.Float} leftmost = {dialect.Broadcast($"(float)({(global.Length > 0 ? global + "0 : " : string.Empty)}{pass.First(query)})")};");
        }

        if (pass.HasLast)
        {
            string last = $"Math.Min(lastKey, {pass.Last(query)})";
            writer.Line($"{dialect.Float} rightmost = {dialect.Broadcast($"(float){(global.Length > 0 ? $"({global}lastKey : {last})" : last)}")};");
        }

        if (pass.Range.Hole is not null)
        {
            writer.Line($"{dialect.Float} holeFirst = {dialect.Broadcast($"(float)({query} - Hole{pass.Suffix} - 1)")}, holeLast = {dialect.Broadcast($"(float)({query} + Hole{pass.Suffix} + 1)")};");
        }
    }

    /// <summary>The mask of visible keys, given their indices.</summary>
    public static string IsVisible(KernelPlan plan, KeyPass pass, string index)
    {
        Dialect dialect = plan.Dialect;
        string right = dialect.AtMost(index, pass.HasLast ? "rightmost" : "last");
        string? left = pass.HasFirst ? dialect.AtLeast(index, "leftmost") : null;
        string visible = WithSinks(dialect, pass.Range, index, right, left);
        return pass.Range.Hole is null
            ? visible
            : dialect.And(visible, dialect.Or(dialect.AtMost(index, "holeFirst"), dialect.AtLeast(index, "holeLast")));
    }

    private static string WithSinks(Dialect dialect, KeyRange range, string index, string right, string? left)
    {
        if (range.Sinks == 0)
        {
            return left is null ? right : dialect.And(left, right);
        }

        string sink = dialect.AtMost(index, "lastSink");
        if (range.IsCausal)
        {
            return left is null ? right : dialect.And(right, dialect.Or(left, sink));
        }

        string window = left is null ? right : dialect.And(left, right);
        return dialect.Or(window, dialect.And(sink, dialect.AtMost(index, "last")));
    }
}
