using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>
/// The register tile that every product is made of: <c>outputs[rows, columns] = weights[rows, count] * values[count, columns]</c>, all
/// accumulators in named locals, a row of values loaded once for all rows of weights. Strides are constants of the generated code.
/// </summary>
/// <param name="Name">The method's name, before its width.</param>
/// <param name="WeightStride">Floats from one row of weights to the next; the summed index is contiguous.</param>
/// <param name="ValueStride">Floats from one row of values to the next.</param>
/// <param name="OutputStride">Floats from one row of outputs to the next.</param>
/// <param name="Adds">Whether the product is added to what stands there. It sums from zero even then: rounding grows with a block, not with the sequence.</param>
internal sealed record ProductTile(string Name, int WeightStride, int ValueStride, int OutputStride, bool Adds)
{
    /// <summary>Rows of values whose products are written out in one turn of the loop.</summary>
    private const int Unroll = 4;

    /// <summary>Floats from one register of a row of values to the next, where values stand in panels; null: they follow each other.</summary>
    public int? ValueVector { get; init; }

    /// <summary>
    /// Whether rows of outputs are as far apart as the caller says, and each is multiplied by a factor of its own: arguments <c>stride</c> and <c>factors</c>.
    /// </summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether other weights and values come first in the sum: arguments <c>firstWeights</c>, <c>firstValues</c> and <c>firstCount</c>.</summary>
    public bool HasFirst { get; init; }

    /// <summary>Writes the tile of <paramref name="width"/> registers.</summary>
    public void Write(CodeWriter writer, Dialect dialect, int width)
    {
        writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        string extra = (IsFinal ? ", nint stride, float* factors" : string.Empty) + (HasFirst ? ", float* firstWeights, float* firstValues, int firstCount" : string.Empty);
        using (writer.Block($"private static void {Name}{width}(float* weights, float* values, float* outputs, int count{extra})"))
        {
            for (int r = 0; r < dialect.TileRows; r++)
            {
                for (int v = 0; v < width; v++)
                {
                    writer.Line($"{dialect.Float} output{r}_{v} = {dialect.Zero};");
                }
            }

            if (HasFirst)
            {
                writer.Line("float* nextWeights = weights, nextValues = values;");
                writer.Line("weights = firstWeights;");
                writer.Line("values = firstValues;");
                writer.Line("int left = firstCount;");
                using (writer.Block("for (int part = 0; part < 2; part++)"))
                {
                    WriteSum(writer, dialect, width);
                    writer.Line("weights = nextWeights;");
                    writer.Line("values = nextValues;");
                    writer.Line("left = count;");
                }
            }
            else
            {
                writer.Line("int left = count;");
                WriteSum(writer, dialect, width);
            }

            WriteOutputs(writer, dialect, width);
        }
    }

    private void WriteSum(CodeWriter writer, Dialect dialect, int width)
    {
        using (writer.Block($"for (; left >= {Unroll}; left -= {Unroll})"))
        {
            for (int step = 0; step < Unroll; step++)
            {
                WriteStep(writer, dialect, width, step);
            }

            writer.Line($"weights += {Unroll};");
            writer.Line($"values += {Unroll * ValueStride};");
        }

        using (writer.Block("for (; left > 0; left--)"))
        {
            WriteStep(writer, dialect, width, 0);
            writer.Line("weights++;");
            writer.Line($"values += {ValueStride};");
        }
    }

    private void WriteOutputs(CodeWriter writer, Dialect dialect, int width)
    {
        for (int r = 0; r < dialect.TileRows; r++)
        {
            if (IsFinal)
            {
                writer.Line($"{(r == 0 ? dialect.Float + " " : string.Empty)}factor = {dialect.LoadBroadcast("factors", Literals.Of(r))};");
            }

            for (int v = 0; v < width; v++)
            {
                string at = Literals.Of((IsFinal ? 0 : r * OutputStride) + (v * dialect.Lanes));
                string product = IsFinal ? dialect.Multiply($"output{r}_{v}", "factor") : $"output{r}_{v}";
                writer.Line(dialect.Store(Adds ? dialect.Add(dialect.Load("outputs", at), product) : product, "outputs", at));
            }

            if (IsFinal && r + 1 < dialect.TileRows)
            {
                writer.Line("outputs += stride;");
            }
        }
    }

    private void WriteStep(CodeWriter writer, Dialect dialect, int width, int step)
    {
        using (writer.Block(string.Empty))
        {
            for (int v = 0; v < width; v++)
            {
                writer.Line($"{dialect.Float} value{v} = {dialect.Load("values", Literals.Of((step * ValueStride) + (v * (ValueVector ?? dialect.Lanes))))};");
            }

            writer.Line($"{dialect.Float} weight = {dialect.LoadBroadcast("weights", Literals.Of(step))};");
            for (int r = 0; r < dialect.TileRows; r++)
            {
                if (r > 0)
                {
                    writer.Line($"weight = {dialect.LoadBroadcast("weights", Literals.Of((r * WeightStride) + step))};");
                }

                for (int v = 0; v < width; v++)
                {
                    writer.Line($"output{r}_{v} = {dialect.MultiplyAdd("weight", $"value{v}", $"output{r}_{v}")};");
                }
            }
        }
    }
}
