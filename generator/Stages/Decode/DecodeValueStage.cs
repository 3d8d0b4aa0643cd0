using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Weights of a decoding step times stored values, widened in registers.</summary>
internal static class DecodeValueStage
{
    private const int Panel = DecodePlan.PanelTokens;
    private const int LineBytes = 64;

    /// <summary>The calls that add the values of tokens [key, key + count) of the page whose head begins at <c>head</c>.</summary>
    public static void WriteCalls(CodeWriter writer, DecodePlan decode, int rows)
    {
        writer.Line($"{decode.Element}* values = ({decode.Element}*)(head + call->Cache.ValuesOffset) + (key % PageTokens * ValueStride);");
        writer.Line("float* weights = scores + (key - first);");
        if (decode.ValueScales == 0)
        {
            WriteTiles(writer, decode, rows, "weights", string.Empty);
            return;
        }

        writer.Line($"float* scales = (float*)(head + call->Cache.ValueScalesOffset) + (key % PageTokens{(decode.ValueScales == 1 ? string.Empty : $" * {decode.ValueScales}")});");
        writer.Line("float* scaled = At(workspace, DecodeScaledAt);");
        if (decode.ValueScales == 1)
        {
            writer.Line($"ScaleWeights{rows}(weights, scales, scaled, count);");
            WriteTiles(writer, decode, rows, "scaled", string.Empty);
            return;
        }

        using (writer.Block($"for (int block = 0; block < {decode.ValueScales}; block++)"))
        {
            writer.Line($"ScaleWeights{rows}(weights, scales + (block * {Panel}), scaled, count);");
            WriteTiles(writer, decode, rows, "scaled", $" + (block * {decode.Cache.QuantBlock})");
        }

        writer.Line();
    }

    /// <summary>The methods for a tile of <paramref name="rows"/> rows.</summary>
    public static void Write(CodeWriter writer, DecodePlan decode, int rows)
    {
        if (decode.ValueScales > 0)
        {
            WriteScaling(writer, decode, rows);
        }

        foreach (int width in decode.ValueTiles(rows).Distinct())
        {
            WriteTile(writer, decode, rows, width);
        }
    }

    // Tiles of one width follow each other: a loop over columns, then the narrower one that is left.
    private static void WriteTiles(CodeWriter writer, DecodePlan decode, int rows, string weights, string block)
    {
        int from = 0;
        foreach (IGrouping<int, int> tiles in decode.ValueTiles(rows).GroupBy(static width => width))
        {
            int columns = tiles.Key * decode.Dialect.Lanes, past = from + (tiles.Count() * columns);
            if (tiles.Count() == 1)
            {
                WriteCall(writer, decode, rows, tiles.Key, weights, block + (from == 0 ? string.Empty : $" + {from}"));
            }
            else
            {
                using (writer.Block($"for (int column = {from}; column < {past}; column += {columns})"))
                {
                    WriteCall(writer, decode, rows, tiles.Key, weights, block + " + column");
                }

                writer.Line();
            }

            from = past;
        }
    }

    private static void WriteCall(CodeWriter writer, DecodePlan decode, int rows, int width, string weights, string column)
    {
        string call = $"Values{rows}x{width}({weights}, values{column}, outputs{column}, count, {Next(decode, column)})";
        if (decode.ValueScales > 0)
        {
            writer.Line(call + ";");
            return;
        }

        // Nothing was added where a sum is infinite or NaN: a weight of 0 must not be multiplied by such a value.
        string first = column.Length == 0 ? "0" : column.Substring(3);
        using (writer.Block($"if (!{call})"))
        {
            writer.Line($"CacheReading.Accumulate(&call->Cache, work.KvHead, key, count, {first}, {Literals.Of(width * decode.Dialect.Lanes)}, weights, DecodeStride, {rows}, outputs{column}, PaddedValueDim);");
        }

        writer.Line();
    }

    // What is read next stands as far behind its page's head as the columns that are read; they are counted in elements.
    private static string Next(DecodePlan decode, string column) => column.Length == 0 ? "next"
        : decode.ElementBytes == 1 ? "next" + column
        : $"next + (({column.Substring(3)}) * {decode.ElementBytes})";

    private static void WriteScaling(CodeWriter writer, DecodePlan decode, int rows)
    {
        Dialect dialect = decode.Dialect;
        writer.Line();
        writer.Line("// Weights times the scales of one block of the values they belong to.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static void ScaleWeights{rows}(float* weights, float* scales, float* scaled, int count)"))
        using (writer.Block($"for (int j = 0; j < count; j += {Panel}, scales += {decode.ValueScales * Panel})"))
        using (writer.Block($"for (int lane = 0; lane < {Panel}; lane += Lanes)"))
        {
            writer.Line($"{dialect.Float} scale = {dialect.Load("scales", "lane")};");
            for (int r = 0; r < rows; r++)
            {
                string at = Index.Plus("j + lane", r * decode.ScoreStride);
                writer.Line(dialect.Store(dialect.Multiply(dialect.Load("weights", at), "scale"), "scaled", at));
            }
        }
    }

    private static void WriteTile(CodeWriter writer, DecodePlan decode, int rows, int width)
    {
        Dialect dialect = decode.Dialect;
        bool checks = decode.ValueScales == 0;
        (int Row, int Vector)[] sums = [.. Enumerable.Range(0, rows).SelectMany(r => Enumerable.Range(0, width).Select(v => (r, v)))];
        writer.Line();
        writer.Line($"// outputs[{rows}, {width * dialect.Lanes} columns] += weights[{rows}, count keys] * stored values[count keys, {width * dialect.Lanes} columns]{(checks ? "; adds nothing and is false when a sum is infinite or NaN" : string.Empty)}.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        using (writer.Block($"private static {(checks ? "bool" : "void")} Values{rows}x{width}(float* weights, {decode.Element}* values, float* outputs, int count, byte* next)"))
        {
            for (int r = 0; r < rows; r++)
            {
                writer.Line($"{dialect.Float} {string.Join(", ", Enumerable.Range(0, width).Select(v => $"sum{r}_{v} = {dialect.Zero}"))};");
            }

            if (dialect.Lanes > 1)
            {
                WriteStretches(writer, decode, rows, width);
            }
            else
            {
                WriteTokens(writer, decode, rows, width, "count", string.Empty);
            }

            writer.Line();
            if (checks)
            {
                writer.Line($"{dialect.Float} zeros = {dialect.Zero}, check = zeros;");
                foreach ((int r, int v) in sums)
                {
                    writer.Line($"check = {dialect.MultiplyAdd($"sum{r}_{v}", "zeros", "check")};");
                }

                using (writer.Block($"if ({dialect.SumLanes("check")} != 0f)"))
                {
                    writer.Line("return false;");
                }

                writer.Line();
            }

            foreach ((int r, int v) in sums)
            {
                string at = $"(r * PaddedValueDim) + {v * dialect.Lanes}".Replace("r *", $"{r} *");
                writer.Line(dialect.Store(dialect.Add(dialect.Load("outputs", at), $"sum{r}_{v}"), "outputs", at));
            }

            if (checks)
            {
                writer.Line("return true;");
            }
        }
    }

    // Two loops, as a condition within one would keep what each token needs from being loaded before it.
    private static void WriteStretches(CodeWriter writer, DecodePlan decode, int rows, int width)
    {
        writer.Line($"// While the values of one token are added, those {decode.ValuesAhead(rows)} tokens on are asked for; at the page's end, what is read next.");
        writer.Line($"byte* ahead = (byte*)(values + ({decode.ValuesAhead(rows)} * ValueStride));");
        using (writer.Block($"for (int stretch = Math.Max(0, count - {decode.ValuesAhead(rows)}); count > 0; count -= stretch, stretch = count, ahead = next)"))
        {
            WriteTokens(writer, decode, rows, width, "stretch", $", ahead += ValueStride * {decode.ElementBytes}");
        }
    }

    private static void WriteTokens(CodeWriter writer, DecodePlan decode, int rows, int width, string count, string step)
    {
        Dialect dialect = decode.Dialect;
        using (writer.Block($"for (float* end = weights + {count}; weights < end; weights++, values += ValueStride{step})"))
        {
            for (int line = 0; step.Length > 0 && line < width * dialect.Lanes * decode.ElementBytes; line += LineBytes)
            {
                writer.Line($"CachePrefetch.Soon({Index.Plus("ahead", line)});");
            }

            for (int v = 0; v < width; v++)
            {
                writer.Line($"{dialect.Float} value{v} = {decode.Load("values", v * dialect.Lanes)};");
            }

            for (int r = 0; r < rows; r++)
            {
                writer.Line($"{dialect.Float} weight{r} = {dialect.LoadBroadcast("weights", Literals.Of(r * decode.ScoreStride))};");
                for (int v = 0; v < width; v++)
                {
                    writer.Line($"sum{r}_{v} = {dialect.MultiplyAdd($"weight{r}", $"value{v}", $"sum{r}_{v}")};");
                }
            }
        }
    }
}
