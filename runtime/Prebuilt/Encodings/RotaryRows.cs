using AttentionGen.Kernels;

namespace AttentionGen.Prebuilt;

/// <summary>Rotation of queries and keys (RoFormer, Su et al. 2021).</summary>
internal sealed unsafe class RotaryRows : IRowEncoding
{
    private readonly int dim;
    private readonly RotaryLayout layout;
    private readonly RotaryTable table;

    public RotaryRows(PositionalEncodingOptions options)
    {
        dim = options.Dim;
        layout = options.Layout;
        int rotaryDim = options.RotaryDim == 0 ? dim : options.RotaryDim;
        if (rotaryDim > dim)
        {
            throw new ArgumentException($"RotaryDim is {rotaryDim}: expected at most Dim = {dim} features.", nameof(options));
        }

        table = new RotaryTable(rotaryDim, options.Base, layout == RotaryLayout.Interleaved, options.MaxLength);
    }

    public string Name => PositionalEncodings.Rope;

    public void Apply(TensorView rows, ReadOnlySpan<int> positions = default)
    {
        TensorLayout shape = rows.Layout;
        if (shape.Dim != dim)
        {
            throw new ArgumentException($"Expected rows of {dim} features, but they have {shape.Dim}.", nameof(rows));
        }

        if (!positions.IsEmpty && positions.Length != shape.Length)
        {
            throw new ArgumentException($"Expected one position per row, [{shape.Length}], but got [{positions.Length}].", nameof(positions));
        }

        int past = shape.Length;
        foreach (int position in positions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(positions));
            past = Math.Max(past, position + 1);
        }

        float* angles = table.Rows(past);
        for (int row = 0; row < shape.Batch * shape.Heads * shape.Length; row++)
        {
            (int index, int head) = (row % shape.Length, row / shape.Length);
            long start = (head / shape.Heads * shape.BatchStride) + (head % shape.Heads * shape.HeadStride) + (index * shape.RowStride);
            Turn(rows.Data.Slice((int)start, dim), angles + ((long)(positions.IsEmpty ? index : positions[index]) * table.Width));
        }

        GC.KeepAlive(table);
    }

    // Sines carry their sign: minus for the first of a pair.
    private void Turn(Span<float> row, float* cosines)
    {
        float* sines = cosines + table.RotaryDim;
        int half = table.RotaryDim / 2;
        for (int pair = 0; pair < half; pair++)
        {
            int first = layout == RotaryLayout.Interleaved ? 2 * pair : pair;
            int second = layout == RotaryLayout.Interleaved ? first + 1 : pair + half;
            float x = row[first];
            row[first] = (x * cosines[first]) - (row[second] * sines[second]);
            row[second] = (row[second] * cosines[first]) + (x * sines[second]);
        }
    }
}
