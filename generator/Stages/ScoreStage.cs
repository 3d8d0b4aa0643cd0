using System;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Scores of a tile of queries against one to four panels of keys: all accumulators in registers over the head dim, then bias, mask and the
/// tile's maxima. A full tile has no mask code at all; partial ones, at the edges of what is visible, compare indices.
/// </summary>
internal static class ScoreStage
{
    // Where a tile takes sinks beside the window: in a panel of their own in front of it, or in the first lanes of its first panel.
    private enum SinksIn
    {
        None,
        Front,
        First,
    }

    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        foreach (KeyPass pass in plan.Passes)
        {
            WriteTile(writer, plan, pass, plan.Dialect.TileVectors, partial: false);
            for (int width = plan.Dialect.TileVectors; width >= 1; width--)
            {
                WriteTile(writer, plan, pass, width, partial: true);
            }

            for (int width = plan.AtOnce is { Sinks: > 0 } ? plan.Dialect.TileVectors : 0; width > 1; width--)
            {
                WriteTile(writer, plan, pass, width, partial: true, SinksIn.Front);
            }

            for (int width = plan.AtOnce is { MergesSinks: true } ? plan.Dialect.TileVectors : 0; width > 0; width--)
            {
                WriteTile(writer, plan, pass, width, partial: true, SinksIn.First);
            }
        }
    }

    /// <summary>Arguments after the buffers that a tile takes, as declared (<paramref name="typed"/>) or as passed.</summary>
    public static string Extra(KernelPlan plan, KeyPass pass, bool partial, bool typed)
    {
        bool needsKey = partial || plan.StepsUseIndices;
        bool needsQuery = plan.StepsUseIndices || (partial && pass.Range.DependsOnQuery);
        string text = string.Empty;
        if (needsKey)
        {
            text += pass.IsIndexed
                ? typed ? ", float* keyIndices" : ", keyIndices + (key - block)"
                : typed ? ", int key" : ", key";
        }

        if (needsQuery)
        {
            text += typed ? ", int query" : ", query";
        }

        if (partial)
        {
            text += typed ? ", int lastKey" : ", lastKey";
        }

        return text + string.Concat(plan.ScoreSteps.SelectMany(step => step.Values(plan.Dialect)).Select(value => typed ? $", {value.Type} {value.Name}" : $", {value.Name}"));
    }

    private static void WriteTile(CodeWriter writer, KernelPlan plan, KeyPass pass, int width, bool partial, SinksIn sinks = SinksIn.None)
    {
        bool joins = sinks == SinksIn.Front;
        Dialect dialect = plan.Dialect;
        int rows = dialect.TileRows;
        string kind = sinks switch { SinksIn.Front => "Joint", SinksIn.First => "Merged", _ => partial ? "Partial" : "Full" };
        writer.Line();
        writer.Line($"// scores[{rows} rows, {width * dialect.Lanes} keys] = queries[{rows} rows, {plan.Shape.QueryDim}] * keys[{plan.Shape.QueryDim}, {width * dialect.Lanes} keys]"
            + (partial ? ", hidden keys at -infinity." : ", every key visible.")
            + (sinks switch { SinksIn.Front => " The first panel holds sinks.", SinksIn.First => " The first lanes hold sinks.", _ => string.Empty }));
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Scores{width}{kind}{pass.Suffix}(float* queries, {(joins ? "float* sinks, " : string.Empty)}float* keys, float* scores, float* tileMax{Extra(plan, pass, partial, typed: true)})"))
        {
            WriteProduct(writer, plan, width, joins);
            WriteEpilogue(writer, plan, pass, width, partial, sinks);
        }
    }

    /// <summary>The products of a tile of <c>queries</c> with <paramref name="width"/> panels of <c>keys</c>, in registers <c>score{row}_{panel}</c>.</summary>
    public static void WriteProduct(CodeWriter writer, KernelPlan plan, int width, bool joins = false)
    {
        Dialect dialect = plan.Dialect;
        for (int r = 0; r < dialect.TileRows; r++)
        {
            writer.Line($"{dialect.Float} {string.Join(", ", Enumerable.Range(0, width).Select(v => $"score{r}_{v} = {dialect.Zero}"))};");
        }

        int unroll = new[] { 4, 2, 1 }.First(step => plan.Shape.QueryDim % step == 0);
        using (writer.Block("for (float* end = queries + QueryDim; queries < end;)"))
        {
            for (int step = 0; step < unroll; step++)
            {
                WriteStep(writer, plan, width, step, joins);
            }

            writer.Line(unroll == 1 ? "queries++;" : $"queries += {unroll};");
            writer.Line($"keys += {unroll * dialect.Lanes};");
            if (joins)
            {
                writer.Line($"sinks += {unroll * dialect.Lanes};");
            }
        }
    }

    private static void WriteStep(CodeWriter writer, KernelPlan plan, int width, int step, bool joins)
    {
        Dialect dialect = plan.Dialect;
        int panel = plan.Shape.QueryDim * dialect.Lanes;
        using (writer.Block(string.Empty))
        {
            for (int v = 0; v < width; v++)
            {
                bool isSink = joins && v == 0;
                int at = isSink ? 0 : joins ? v - 1 : v;
                writer.Line($"{dialect.Float} key{v} = {dialect.Load(isSink ? "sinks" : "keys", Literals.Of((at * panel) + (step * dialect.Lanes)))};");
            }

            for (int r = 0; r < dialect.TileRows; r++)
            {
                string declare = r == 0 ? dialect.Float + " " : string.Empty;
                writer.Line($"{declare}feature = {dialect.LoadBroadcast("queries", Literals.Of((r * plan.Shape.QueryDim) + step))};");
                for (int v = 0; v < width; v++)
                {
                    writer.Line($"score{r}_{v} = {dialect.MultiplyAdd("feature", $"key{v}", $"score{r}_{v}")};");
                }
            }
        }
    }

    private static void WriteEpilogue(CodeWriter writer, KernelPlan plan, KeyPass pass, int width, bool partial, SinksIn sinks)
    {
        Dialect dialect = plan.Dialect;
        bool indexed = partial || StepsUseRegisters(plan, pass, sinks);
        writer.Line();
        for (int v = 0; indexed && v < width; v++)
        {
            string index = sinks == SinksIn.Front && v == 0
                ? dialect.Add(dialect.Broadcast($"{plan.AtOnce!.Sinks - dialect.Lanes}f"), dialect.LaneIndex)
                : KeyIndices(dialect, pass, (sinks == SinksIn.Front ? v - 1 : v) * dialect.Lanes);
            writer.Line($"{dialect.Float} index{v} = {index};");
        }

        if (sinks == SinksIn.First)
        {
            writer.Line($"index0 = {dialect.Select(dialect.AtMost(dialect.LaneIndex, dialect.Broadcast($"(float)(Sinks{pass.Suffix} - 1)")), dialect.LaneIndex, "index0")};");
        }

        foreach (string statement in plan.ScoreSteps.SelectMany(step => step.Prepare(dialect)))
        {
            writer.Line(statement);
        }

        for (int v = 0; plan.StepsUseIndices && v < width; v++)
        {
            foreach (string statement in plan.ScoreSteps.Where(static step => step.UsesIndices).SelectMany(step => step.PrepareKeys(dialect, v, $"index{v}")))
            {
                writer.Line(statement);
            }
        }

        if (partial)
        {
            writer.Line($"{dialect.Float} hidden = {dialect.Broadcast("float.NegativeInfinity")};");
            Visibility.WriteShared(writer, plan, pass);
        }

        for (int r = 0; r < dialect.TileRows; r++)
        {
            using (writer.Block(string.Empty))
            {
                WriteRow(writer, plan, pass, width, partial, r, sinks);
            }
        }
    }

    private static bool StepsUseRegisters(KernelPlan plan, KeyPass pass, SinksIn sinks) => plan.ScoreSteps.Any(step => step.UsesIndexRegisters(!pass.IsIndexed && sinks == SinksIn.None));

    /// <summary>A score step's statements, in a scope of their own where there are several.</summary>
    public static void WriteStep(CodeWriter writer, string[] statements)
    {
        if (statements.Length == 1)
        {
            writer.Line(statements[0]);
            return;
        }

        using (writer.Block(string.Empty))
        {
            foreach (string statement in statements)
            {
                writer.Line(statement);
            }
        }
    }

    private static string KeyIndices(Dialect dialect, KeyPass pass, int offset) => pass.IsIndexed
        ? dialect.Load("keyIndices", Literals.Of(offset))
        : dialect.Add(dialect.Broadcast(offset == 0 ? "(float)key" : $"(float)(key + {offset})"), dialect.LaneIndex);

    private static void WriteRow(CodeWriter writer, KernelPlan plan, KeyPass pass, int width, bool partial, int r, SinksIn sinks)
    {
        Dialect dialect = plan.Dialect;
        bool isConsecutive = !pass.IsIndexed && sinks == SinksIn.None;
        if (plan.ScoreSteps.Any(step => step.UsesIndexRegisters(isConsecutive)))
        {
            writer.Line($"{dialect.Float} stand = {dialect.Broadcast($"(float)(query + {r})")};");
        }

        foreach (string statement in plan.ScoreSteps.SelectMany(step => step.PrepareRow(dialect, r)))
        {
            writer.Line(statement);
        }

        if (partial)
        {
            Visibility.WriteRow(writer, plan, sinks == SinksIn.None ? pass : pass.Window, r);
        }

        for (int v = 0; v < width; v++)
        {
            string score = $"score{r}_{v}";
            foreach (ScoreStep step in plan.ScoreSteps)
            {
                WriteStep(writer, [.. step.Statements(dialect, new ScoreAt(score, r, v, $"index{v}", "stand", isConsecutive))]);
            }

            if (partial)
            {
                writer.Line($"{score} = {dialect.Select(Visibility.IsVisible(plan, sinks != SinksIn.None && v > 0 ? pass.Window : pass, $"index{v}"), score, "hidden")};");
            }

            writer.Line(dialect.Store(score, "scores", Literals.Of((r * plan.ScoreStride) + (v * dialect.Lanes))));
        }

        string max = $"score{r}_0";
        for (int v = 1; v < width; v++)
        {
            max = dialect.VectorClass.Length > 0 ? dialect.Maximum(max, $"score{r}_{v}") : $"global::System.MathF.Max({max}, score{r}_{v})";
        }

        string at = Literals.Of(r * dialect.Lanes);
        writer.Line($"{dialect.Float} highest = {max};");
        writer.Line(dialect.Store(dialect.Maximum(dialect.Load("tileMax", at), "highest"), "tileMax", at));
    }
}
