using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// Online softmax (Milakov and Gimelshein 2018) in base 2: turns a tile's scores into weights relative to the running row maximum.
/// What was summed before is rescaled only when the maximum moved.
/// </summary>
internal static class SoftmaxStage
{
    private const int Unroll = 4;

    public static void Write(CodeWriter writer, KernelPlan plan)
    {
        Dialect dialect = plan.Dialect;
        string vector = dialect.Float;
        writer.Line();
        writer.Line("// Scores [tile rows, from..end) become weights 2^(score - rowMax); sums and outputs so far follow the maximum when it moves.");
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string rows = plan.Decode is null ? "TileRows" : "rows";
        using (writer.Block($"private static void Softmax(float* scores, int count, float* tileMax, float* rowMax, float* rowSum, float* outputs{(plan.Decode is null ? string.Empty : ", int rows")})"))
        using (writer.Block($"for (int r = 0; r < {rows}; r++)"))
        {
            writer.Line("float previous = rowMax[r];");
            writer.Line($"float current = {dialect.MaxLanes(dialect.Load("tileMax", "(r * Lanes)"))};");
            writer.Line($"{vector} total = {dialect.Load("rowSum", "(r * Lanes)")}, sum = {dialect.Zero};");
            using (writer.Block("if (current > previous)"))
            {
                writer.Line("rowMax[r] = current;");
                writer.Line("// Before the first visible key there is nothing to rescale.");
                using (writer.Block("if (previous != float.NegativeInfinity)"))
                {
                    writer.Line($"{vector} factor = {dialect.Exp2(dialect.Broadcast("previous - current"))};");
                    writer.Line($"total = {dialect.Multiply("total", "factor")};");
                    writer.Line("float* output = outputs + (r * PaddedValueDim);");
                    Columns.Write(writer, dialect, 0, plan.PaddedValueDim, (target, index) => target.Store(target.Multiply(target.Load("output", index), "factor"), "output", index));
                }
            }

            using (writer.Block("else"))
            {
                writer.Line("current = previous;");
            }

            writer.Line();
            writer.Line("// A row that has seen no key yet keeps weights of 2^-infinity = 0.");
            writer.Line($"{vector} shift = {dialect.Broadcast("current == float.NegativeInfinity ? 0f : current")};");
            writer.Line("float* row = scores + (r * ScoreStride);");
            WriteWeights(writer, dialect);
            writer.Line(dialect.Store(dialect.Add("total", "sum"), "rowSum", "(r * Lanes)"));
        }
    }

    /// <summary>The <c>count</c> scores of <c>row</c> become weights <c>2^(score - shift)</c>, which are added to <c>sum</c>.</summary>
    public static void WriteWeights(CodeWriter writer, Dialect dialect)
    {
        string vector = dialect.Float;
        writer.Line("int i = 0;");
        using (writer.Block($"for (; i <= count - {Unroll * dialect.Lanes}; i += {Unroll * dialect.Lanes})"))
        {
            for (int step = 0; step < Unroll; step++)
            {
                string index = Index.Plus("i", step * dialect.Lanes);
                writer.Line($"{vector} weight{step} = {dialect.Exp2(dialect.Subtract(dialect.Load("row", index), "shift"))};");
            }

            for (int step = 0; step < Unroll; step++)
            {
                writer.Line(dialect.Store($"weight{step}", "row", Index.Plus("i", step * dialect.Lanes)));
                writer.Line($"sum = {dialect.Add("sum", $"weight{step}")};");
            }
        }

        using (writer.Block($"for (; i < count; i += {dialect.Lanes})"))
        {
            writer.Line($"{vector} weight = {dialect.Exp2(dialect.Subtract(dialect.Load("row", "i"), "shift"))};");
            writer.Line(dialect.Store("weight", "row", "i"));
            writer.Line($"sum = {dialect.Add("sum", "weight")};");
        }
    }
}
