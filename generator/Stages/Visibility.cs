using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The predicate of partial tiles: which keys of a register a row sees, from the declared key range.</summary>
internal static class Visibility
{
    /// <summary>Bounds that all rows of the tile share.</summary>
    public static void WriteShared(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        if (plan.Range.After is null || (plan.Range.Sinks > 0 && !plan.Range.IsCausal))
        {
            writer.Line($"{dialect.Float} last = {dialect.Broadcast("(float)lastKey")};");
        }

        if (plan.Range.Sinks > 0)
        {
            writer.Line($"{dialect.Float} lastSink = {dialect.Broadcast("(float)(Sinks - 1)")};");
        }
    }

    /// <summary>Bounds of row <paramref name="r"/> of the tile.</summary>
    public static void WriteRow(CodeWriter writer, KernelPlan plan, int r)
    {
        Dialect dialect = plan.Dialect;
        if (plan.Range.Before is not null)
        {
            writer.Line($"{dialect.Float} leftmost = {dialect.Broadcast($"(float)(query + {r} - Before)")};");
        }

        if (plan.Range.After is not null)
        {
            writer.Line($"{dialect.Float} rightmost = {dialect.Broadcast($"(float)Math.Min(lastKey, query + {r} + After)")};");
        }
    }

    /// <summary>The mask of visible keys, given their indices.</summary>
    public static string IsVisible(KernelPlan plan, string index)
    {
        Dialect dialect = plan.Dialect;
        string right = dialect.AtMost(index, plan.Range.After is null ? "last" : "rightmost");
        string? left = plan.Range.Before is null ? null : dialect.AtLeast(index, "leftmost");
        if (plan.Range.Sinks == 0)
        {
            return left is null ? right : dialect.And(left, right);
        }

        string sink = dialect.AtMost(index, "lastSink");
        if (plan.Range.IsCausal)
        {
            return left is null ? right : dialect.And(right, dialect.Or(left, sink));
        }

        string window = left is null ? right : dialect.And(left, right);
        return dialect.Or(window, dialect.And(sink, dialect.AtMost(index, "last")));
    }
}
