using System;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Loops over the channels of a scan's work item: whole registers, then, where the inner dim has them, the rest one by one.</summary>
internal static class ChannelLoop
{
    /// <summary>Writes what <paramref name="body"/> writes for every channel <c>c</c> of <c>work</c>.</summary>
    public static void Write(CodeWriter writer, ScanPlan plan, Action<Dialect> body)
    {
        foreach (Dialect dialect in plan.Dialects)
        {
            using (writer.Block(Header(plan, dialect)))
            {
                body(dialect);
            }
        }
    }

    /// <summary>The last part of a method's name for one of the plan's dialects.</summary>
    public static string Suffix(ScanPlan plan, Dialect dialect) => dialect == plan.Dialect ? string.Empty : "OfOne";

    private static string Header(ScanPlan plan, Dialect dialect)
    {
        if (plan.Dialect.Lanes == 1)
        {
            return "for (int c = 0; c < work.Channels; c++)";
        }

        return dialect == plan.Dialect
            ? "for (int c = 0; c + Lanes <= work.Channels; c += Lanes)"
            : "for (int c = work.Channels / Lanes * Lanes; c < work.Channels; c++)";
    }
}
