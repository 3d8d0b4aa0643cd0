using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Scores of a decoding step: products with stored panels of 16 keys, widened in registers, then bias, mask and softmax row by row.</summary>
internal static class DecodeScoreStage
{
    private const int Panel = DecodePlan.PanelTokens;
    private const int LineBytes = 64;

    /// <summary>The calls that cover keys [key, pageEnd) of the page whose head begins at <c>head</c>.</summary>
    public static void WriteCalls(CodeWriter writer, DecodePlan decode, int rows)
    {
        foreach (int panels in Widths(decode, rows))
        {
            using (writer.Block($"for (; key {(panels == 1 ? "<" : "<=")} pageEnd{(panels == 1 ? string.Empty : $" - {panels * Panel}")}; key += {panels * Panel})"))
            {
                string scales = decode.Scales == 0 ? string.Empty : $", (float*)(head + call->Cache.KeyScalesOffset) + (key % PageTokens{(decode.Scales == 1 ? string.Empty : $" * {decode.Scales}")})";
                string key = decode.ElementBytes == 1 ? "QueryDim" : $"{decode.ElementBytes} * QueryDim";
                int ahead = decode.KeysAhead(rows);
                writer.Line($"byte* keys = head + (key % PageTokens * {key});");
                writer.Line($"byte* ahead = key < pageEnd - {ahead} ? keys + ({ahead} * {key}) : next + ((key - Math.Max(pageStart, pageEnd - {ahead})) * {key});");
                writer.Line($"Products{rows}x{panels}(queries, ({decode.Element}*)keys, scores + (key - first){scales}, ahead);");
            }
        }
    }

    /// <summary>The methods for a tile of <paramref name="rows"/> rows.</summary>
    public static void WriteProducts(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows)
    {
        foreach (int panels in Widths(decode, rows))
        {
            WriteProduct(writer, plan, decode, rows, panels);
        }
    }

    /// <summary>The method that turns one row's products into weights.</summary>
    public static void WriteRow(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        KeyPass pass = plan.Passes[0];
        writer.Line();
        writer.Line("// One row's products with keys [first, end) become scores, those it does not see -infinity, and then weights.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block("private static void WeighRow(AttentionCall* call, WorkItem work, int state, int first, int end, float* scores, byte* workspace)"))
        {
            writer.Line("int member = state / call->QueryLength, row = state - (member * call->QueryLength);");
            writer.Line("int head = (work.KvHead * GroupSize) + member, query = call->PastLength + row, lastKey = work.KeyLength - 1;");
            foreach (StepValue value in plan.ScoreSteps.SelectMany(step => step.Values(dialect)))
            {
                writer.Line($"{value.Type} {value.Name} = {value.Expression};");
            }

            writer.Line($"int fullFrom = {(pass.HasFirst ? $"Math.Max(first, {pass.First("query")})" : "first")}, fullTo = {(pass.HasLast ? $"Math.Min(end, {pass.Last("query")} + 1)" : "end")};");
            writer.Line("int past = (end + Lanes - 1) / Lanes * Lanes;");
            writer.Line($"{dialect.Float} highest = {dialect.Broadcast("float.NegativeInfinity")}, hidden = highest;");
            WriteShared(writer, plan, pass);
            using (writer.Block("for (int key = first; key < past; key += Lanes)"))
            {
                WriteScores(writer, plan, pass);
            }

            writer.Line();
            WriteMasked(writer, dialect);
            writer.Line("Softmax(scores, past - first, tileMax, At(workspace, RowMaxAt) + state, At(workspace, RowSumAt) + (state * Lanes), At(workspace, OutputsAt) + (state * PaddedValueDim), rows: 1);");
        }
    }

    private static void WriteShared(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        foreach (string statement in plan.ScoreSteps.SelectMany(step => step.Prepare(dialect)))
        {
            writer.Line(statement);
        }

        Visibility.WriteShared(writer, plan, pass);
        if (plan.StepsUseIndices)
        {
            writer.Line($"{dialect.Float} stand = {dialect.Broadcast("(float)query")};");
        }

        foreach (string statement in plan.ScoreSteps.SelectMany(step => step.PrepareRow(dialect, 0)))
        {
            writer.Line(statement);
        }

        Visibility.WriteRow(writer, plan, pass, 0);
    }

    private static void WriteScores(CodeWriter writer, KernelPlan plan, KeyPass pass)
    {
        Dialect dialect = plan.Dialect;
        writer.Line($"{dialect.Float} score = {dialect.Load("scores", "(key - first)")};");
        string index = dialect.Add(dialect.Broadcast("(float)key"), dialect.LaneIndex);
        if (plan.StepsUseIndices)
        {
            writer.Line($"{dialect.Float} index = {index};");
            foreach (string statement in plan.ScoreSteps.Where(static step => step.UsesIndices).SelectMany(step => step.PrepareKeys(dialect, 0, "index")))
            {
                writer.Line(statement);
            }
        }

        foreach (ScoreStep step in plan.ScoreSteps)
        {
            foreach (string statement in step.Statements(dialect, new ScoreAt("score", 0, 0, "index", "stand", true)))
            {
                writer.Line(statement);
            }
        }

        string hole = pass.Range.Hole is null ? string.Empty : $" || (key <= query + Hole{pass.Suffix} && key + Lanes > query - Hole{pass.Suffix})";
        using (writer.Block($"if (key < fullFrom || key + Lanes > fullTo{hole})"))
        {
            if (!plan.StepsUseIndices)
            {
                writer.Line($"{dialect.Float} index = {index};");
            }

            writer.Line($"score = {dialect.Select(Visibility.IsVisible(plan, pass, "index"), "score", "hidden")};");
        }

        writer.Line();
        writer.Line(dialect.Store("score", "scores", "(key - first)"));
        writer.Line($"highest = {dialect.Maximum("highest", "score")};");
    }

    private static void WriteMasked(CodeWriter writer, Dialect dialect)
    {
        writer.Line("float* tileMax = At(workspace, TileMaxAt);");
        writer.Line(dialect.Store("highest", "tileMax", "0"));
        using (writer.Block("if (call->Mask.IsPresent)"))
        {
            writer.Line("RuntimeMasking.Apply(call, work.Batch, head, row, 1, first, end, null, scores, DecodeStride, tileMax, Lanes);");
        }

        writer.Line();
    }

    // Several panels at once, then one by one what is left of the page.
    private static IEnumerable<int> Widths(DecodePlan decode, int rows) => new[] { decode.Panels(rows), 1 }.Distinct();

    private static void WriteProduct(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows, int panels)
    {
        Dialect dialect = decode.Dialect;
        writer.Line();
        writer.Line($"// scores[{rows}, {panels * Panel} keys] = queries[{rows}, {plan.Shape.QueryDim}] * stored keys[{panels} panels, {plan.Shape.QueryDim}, {Panel}]{(decode.Scales > 0 ? ", each block of features times its scales" : string.Empty)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void Products{rows}x{panels}(float* queries, {decode.Element}* keys, float* scores{(decode.Scales > 0 ? ", float* scales" : string.Empty)}, byte* ahead)"))
        {
            if (dialect.Lanes > 1)
            {
                WriteLanes(writer, plan, decode, rows, panels);
                return;
            }

            using (writer.Block($"for (int lane = 0; lane < {Panel}; lane++, keys++, scores++{(decode.Scales > 0 ? ", scales++" : string.Empty)})"))
            {
                WriteLanes(writer, plan, decode, rows, panels);
            }
        }
    }

    private static void WriteLanes(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows, int panels)
    {
        Dialect dialect = decode.Dialect;
        int vectors = panels * decode.PanelVectors;
        (int Row, int Vector)[] sums = [.. Enumerable.Range(0, rows).SelectMany(r => Enumerable.Range(0, vectors).Select(v => (r, v)))];
        if (decode.Scales > 1)
        {
            foreach ((int r, int v) in sums)
            {
                writer.Line($"{dialect.Float} total{r}_{v} = {dialect.Zero};");
            }

            using (writer.Block($"for (int block = 0; block < {decode.Scales}; block++, scales += {Panel})"))
            {
                WriteSums(writer, plan, decode, rows, vectors, plan.Shape.QueryDim / decode.Scales);
                foreach ((int r, int v) in sums)
                {
                    writer.Line($"total{r}_{v} = {dialect.MultiplyAdd($"score{r}_{v}", Scale(decode, v), $"total{r}_{v}")};");
                }

                writer.Line($"queries += {plan.Shape.QueryDim / decode.Scales};");
                writer.Line($"keys += {plan.Shape.QueryDim / decode.Scales * Panel};");
            }
        }
        else
        {
            WriteSums(writer, plan, decode, rows, vectors, plan.Shape.QueryDim);
        }

        writer.Line();
        foreach ((int r, int v) in sums)
        {
            string sum = decode.Scales > 1 ? $"total{r}_{v}" : decode.Scales == 1 ? dialect.Multiply($"score{r}_{v}", Scale(decode, v)) : $"score{r}_{v}";
            writer.Line(dialect.Store(sum, "scores", Literals.Of((r * decode.ScoreStride) + (v * dialect.Lanes))));
        }

        if (dialect.Lanes == 1 && decode.Scales > 1)
        {
            writer.Line($"queries -= {plan.Shape.QueryDim};");
            writer.Line($"keys -= {plan.Shape.QueryDim * Panel};");
            writer.Line($"scales -= {decode.Scales * Panel};");
        }
    }

    private static string Scale(DecodePlan decode, int vector) =>
        decode.Dialect.Load("scales", Literals.Of((vector / decode.PanelVectors * decode.Scales * Panel) + (vector % decode.PanelVectors * decode.Dialect.Lanes)));

    private static void WriteSums(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows, int vectors, int dims)
    {
        Dialect dialect = decode.Dialect;
        int unroll = new[] { 4, 2, 1 }.First(step => dims % step == 0), spread = System.Math.Min(unroll, decode.Spread(rows));
        for (int r = 0; r < rows; r++)
        {
            writer.Line($"{dialect.Float} {string.Join(", ", Enumerable.Range(0, vectors).SelectMany(v => Enumerable.Range(0, spread).Select(s => $"{Sum(r, v, s)} = {dialect.Zero}")))};");
        }

        int bytes = unroll * Panel * vectors / decode.PanelVectors * decode.ElementBytes;
        bool prefetches = dialect.Lanes > 1;
        writer.Line("float* feature = queries;");
        writer.Line($"{decode.Element}* panel = keys;");
        using (writer.Block($"for (int c = 0; c < {dims}; c += {unroll}, feature += {unroll}, panel += {unroll * Panel}{(prefetches ? $", ahead += {bytes}" : string.Empty)})"))
        {
            for (int line = 0; prefetches && line < bytes; line += LineBytes)
            {
                writer.Line($"CachePrefetch.Soon({Index.Plus("ahead", line)});");
            }

            for (int step = 0; step < unroll; step++)
            {
                using (writer.Block(string.Empty))
                {
                    WriteStep(writer, plan, decode, rows, vectors, step, step % spread);
                }
            }
        }

        for (int s = 1; s < spread; s++)
        {
            for (int r = 0; r < rows; r++)
            {
                for (int v = 0; v < vectors; v++)
                {
                    writer.Line($"{Sum(r, v, 0)} = {dialect.Add(Sum(r, v, 0), Sum(r, v, s))};");
                }
            }
        }
    }

    private static string Sum(int row, int vector, int turn) => $"score{row}_{vector}" + (turn == 0 ? string.Empty : $"_{turn}");

    private static void WriteStep(CodeWriter writer, KernelPlan plan, DecodePlan decode, int rows, int vectors, int step, int turn)
    {
        Dialect dialect = decode.Dialect;
        for (int v = 0; v < vectors; v++)
        {
            int offset = (v / decode.PanelVectors * plan.Shape.QueryDim * Panel) + (step * Panel) + (v % decode.PanelVectors * dialect.Lanes);
            writer.Line($"{dialect.Float} key{v} = {decode.Load("panel", offset)};");
        }

        for (int r = 0; r < rows; r++)
        {
            writer.Line($"{dialect.Float} query{r} = {dialect.LoadBroadcast("feature", Literals.Of((r * plan.Shape.QueryDim) + step))};");
            for (int v = 0; v < vectors; v++)
            {
                writer.Line($"{Sum(r, v, turn)} = {dialect.MultiplyAdd($"query{r}", $"key{v}", Sum(r, v, turn))};");
            }
        }
    }
}
