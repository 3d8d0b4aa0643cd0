namespace AttentionGen.Reference;

/// <summary>Where rows stand, and what encodings make of them and of their scores.</summary>
public sealed partial class ReferenceAttention
{
    private double[][] EncodeKeys(int? half)
    {
        var rows = new double[sizes.Batch * sizes.KvHeads * sizes.KeyLength][];
        for (int batch = 0; batch < sizes.Batch; batch++)
        {
            for (int kvHead = 0; kvHead < sizes.KvHeads; kvHead++)
            {
                for (int key = 0; key < sizes.KeyLength; key++)
                {
                    int row = sizes.KeyRow(batch, kvHead, key);
                    rows[row] = Encode(problem.Key, row, Place(problem.KeyPositions, batch, key, sizes.KeyLength, key + ImpliedShift, isKey: true), half, problem.KeyGain);
                }
            }
        }

        return rows;
    }

    private double EncodingBias(int head, int query, int key)
    {
        int aligned = query + problem.AlignmentOffset;
        double bias = problem.Encodings.Sum(encoding => encoding.Definition.ScoreBias?.Invoke(encoding.Parameters, sizes.Heads, head, aligned, key) ?? 0);
        return Distance.T5(problem) is { } t5 ? bias + Distance.BucketBias(problem, t5, head, aligned, key) : bias;
    }

    private double[] Encode(double[] rows, int index, RowPlace place, int? half, float[]? gain)
    {
        double[] row = Features(rows, index, half, gain);
        foreach (ReferenceEncoding encoding in problem.Encodings)
        {
            encoding.Definition.TransformRow?.Invoke(encoding.Parameters, row, place);
        }

        return row;
    }

    // [length], [axes, length] or, for each sequence, one of these.
    private RowPlace Place(int[]? positions, int batch, int index, int length, int implied, bool isKey)
    {
        int axes = problem.PositionAxes;
        int[] own = positions is null ? [implied]
            : positions.Length == length ? [positions[index]]
            : [.. Enumerable.Range(0, axes).Select(axis => positions[(((positions.Length == axes * length ? 0 : batch * axes) + axis) * length) + index])];
        return new RowPlace(own, Longest(), isKey);
    }

    private int Longest()
    {
        int queries = problem.QueryPositions is { Length: > 0 } given ? given.Max() + 1 : sizes.QueryLength + Math.Max(0, problem.AlignmentOffset);
        int keys = problem.KeyPositions is { Length: > 0 } keyed ? keyed.Max() + 1 : sizes.KeyLength;
        return Math.Max(queries, keys);
    }

    // The features that a softmax compares, normalised, before positions enter.
    private double[] Features(double[] rows, int index, int? half, float[]? gain)
    {
        int features = half is null ? sizes.HeadDim : sizes.HeadDim / 2;
        double[] row = rows.AsSpan((index * sizes.HeadDim) + (features * (half ?? 0)), features).ToArray();
        return problem.QkNorm switch { 1 => ReferenceModifiers.RootMeanSquare(row, gain), 2 => ReferenceModifiers.Euclidean(row), _ => row };
    }

    // Where queries stand before the first key, positions that nobody gave move up until none is negative. Softmax scores don't notice.
    private int ImpliedShift => problem.QueryPositions is null && problem.KeyPositions is null ? Math.Max(0, -problem.AlignmentOffset) : 0;
}
