using System;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>The sinks of a tile that sees all its keys at once: in lanes of the window's first panel where these are free, and apart where they are not.</summary>
internal static class AtOnceSinkStage
{
    /// <summary>Lanes of scores before the window's first panel.</summary>
    public static string Apart(AtOncePlan atOnce) => atOnce.MergesSinks ? "apart" : "SinkKeys";

    /// <summary>Whether the keys before <c>from</c> in its panel, which no later tile sees, are enough to hold the sinks.</summary>
    public static string Merges(KeyPass pass) => $"from - start >= Sinks{pass.Suffix}";

    /// <summary>The method that puts the sinks into a panel.</summary>
    public static void WriteMerge(CodeWriter writer, Dialect dialect, KeyPass pass)
    {
        writer.Line("// The sinks take the first lanes of a panel, whose own keys no later tile sees.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void MergeSinks(float* sinks, float* panel)"))
        {
            writer.Line($"{dialect.Float} lastSink = {dialect.Broadcast($"(float)(Sinks{pass.Suffix} - 1)")};");
            using (writer.Block("for (float* end = panel + (QueryDim * Lanes); panel < end; panel += Lanes, sinks += Lanes)"))
            {
                string merged = dialect.Select(dialect.AtMost(dialect.LaneIndex, "lastSink"), dialect.Load("sinks", "0"), dialect.Load("panel", "0"));
                writer.Line(dialect.Store(merged, "panel", "0"));
            }
        }
    }

    /// <summary>The sinks' scores with those of the window's first panels; <c>key</c> is where the window's others begin.</summary>
    public static void WriteScores(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        int width = plan.Dialect.TileVectors;
        writer.Line("int sinkKeys = Math.Min(SinkKeys, work.KeyLength);");
        writer.Line("float* sinks = At(workspace, SinkKeysAt);");
        writer.Line("int key = 0;");
        int alone = WriteAlone(writer, plan, atOnce, pass);
        if (width == 1)
        {
            writer.Line("key = start;");
            return;
        }

        writer.Line("float* window = At(workspace, KeysAt) + ((start - block) * QueryDim);");
        if (!atOnce.MergesSinks)
        {
            writer.Line($"int joined = Math.Min((end - start) / Lanes, {width - 1}); // panels of the window");
            WriteJoint(writer, plan, pass, alone);
        }
        else
        {
            // As with columns of values, 5 panels are better as 3 + 2 than as 4 + 1.
            string joined = width > 2 ? $"panels == {width + 1} ? {width - 1} : Math.Min(panels, {width})" : $"Math.Min(panels, {width})";
            writer.Line($"int panels = (end - start) / Lanes, joined = merges ? {joined} : Math.Min(panels, {width - 1}); // of the window");
            using (writer.Block("if (merges)"))
            {
                WriteMerged(writer, plan, pass);
            }

            using (writer.Block("else"))
            {
                WriteJoint(writer, plan, pass, alone);
            }
        }

        writer.Line();
        writer.Line("key = start + (joined * Lanes);");
    }

    /// <summary>The sinks' keys and the window's don't follow each other: then masks are given each key's index.</summary>
    public static TileScores WriteIndices(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        if (atOnce.Sinks == 0)
        {
            return new TileScores("rows", "start", "to", "null", "first");
        }

        writer.Line("float* keyIndices = At(workspace, KeyIndicesAt);");
        using (writer.Block($"if (call->Blocks.IsPresent || call->Mask.IsPresent{(plan.HasDropout ? " || call->DropsWeights" : string.Empty)})"))
        using (writer.Block("for (int n = 0; n < seen; n++)"))
        {
            string sinks = atOnce.MergesSinks ? $"(merges ? Sinks{pass.Suffix} : SinkKeys)" : "SinkKeys";
            writer.Line($"keyIndices[n] = n < {sinks} ? n : start + n - {Apart(atOnce)};");
        }

        writer.Line();
        return new TileScores("rows", "0", "seen", "keyIndices", "first");
    }

    // All panels of the sinks but the last, which shares a tile with the window's first ones.
    private static int WriteAlone(CodeWriter writer, KernelPlan plan, AtOncePlan atOnce, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        int width = dialect.TileVectors, panels = atOnce.Sinks / dialect.Lanes, alone = width > 1 ? panels - 1 : panels;
        for (int done = 0; done < alone;)
        {
            int count = Math.Min(width, alone - done);
            string at = done == 0 ? string.Empty : $" + {done * dialect.Lanes * plan.Shape.QueryDim}";
            writer.Line($"Scores{count}Partial{pass.Suffix}(queries, sinks{at}, first + key, tileMax{ScoreStage.Extra(plan, pass, partial: true, typed: false)});");
            writer.Line($"key += {count * dialect.Lanes};");
            done += count;
        }

        return alone;
    }

    private static void WriteJoint(CodeWriter writer, KernelPlan plan, KeyPass pass, int alone)
    {
        Dialect dialect = plan.Dialect;
        string extra = ScoreStage.Extra(plan, pass, partial: true, typed: false);
        string last = alone == 0 ? "sinks" : $"sinks + {alone * dialect.Lanes * plan.Shape.QueryDim}";
        string scores = alone == 0 ? "first" : $"first + {alone * dialect.Lanes}";
        writer.Line("// The sinks' last panel shares its tile with the window's first ones: alone it would wait on its own latency.");
        using (writer.Block("switch (joined)"))
        {
            for (int others = dialect.TileVectors - 1; others >= 0; others--)
            {
                writer.Line(others == 0 ? "default:" : $"case {others}:");
                if (others == 0)
                {
                    writer.Line($"    Scores1Partial{pass.Suffix}(queries, {last}, {scores}, tileMax{extra});");
                }
                else
                {
                    writer.Line("    key = start;");
                    writer.Line($"    Scores{others + 1}Joint{pass.Suffix}(queries, {last}, window, {scores}, tileMax{extra});");
                }

                writer.Line("    break;");
            }
        }
    }

    private static void WriteMerged(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        writer.Line("key = start;");
        using (writer.Block("switch (joined)"))
        {
            for (int width = plan.Dialect.TileVectors; width > 0; width--)
            {
                writer.Line(width == 1 ? "default:" : $"case {width}:");
                writer.Line($"    Scores{width}Merged{pass.Suffix}(queries, window, first, tileMax{ScoreStage.Extra(plan, pass, partial: true, typed: false)});");
                writer.Line("    break;");
            }
        }
    }
}
