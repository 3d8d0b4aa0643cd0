namespace QuickStart;

/// <summary>
/// An untrained byte-level model: a seeded embedding of 256 bytes and seeded projections to queries, keys and values.
/// Keys share the queries' projection (Reformer, Kitaev et al. 2020), so that without any training a byte attends to its equals,
/// and the heatmap shows something a reader can check by eye.
/// </summary>
public sealed class TextModel
{
    /// <summary>Features of an embedded byte.</summary>
    public const int DModel = 512;

    /// <summary>Query heads.</summary>
    public const int Heads = 8;

    /// <summary>Features of one head.</summary>
    public const int HeadDim = DModel / Heads;

    /// <summary>The longest text: the positions in the layers' tables.</summary>
    public const int MaxPositions = 8192;

    private const int Bytes = 256;
    private readonly byte[] text;
    private readonly float[] embedding;
    private readonly float[] queries;
    private readonly float[] values;

    /// <summary>Embeds and projects a text.</summary>
    public TextModel(byte[] text)
    {
        this.text = text;
        embedding = Normal(Bytes * DModel, 1, seed: 1);

        // There are only 256 different embeddings: projecting each once and looking the rows up is the same as projecting every position.
        float deviation = 1 / MathF.Sqrt(DModel);
        queries = Project(embedding, Normal(DModel * DModel, deviation, seed: 2));
        values = Project(embedding, Normal(DModel * DModel, deviation, seed: 3));
    }

    /// <summary>The text's bytes, one per position.</summary>
    public ReadOnlySpan<byte> Text => text;

    /// <summary>Positions.</summary>
    public int Length => text.Length;

    /// <summary>The embedded text, <c>[length, DModel]</c>.</summary>
    public float[] Input() => Lookup(embedding, DModel, 1, 1);

    /// <summary>Queries, <c>[heads, length, headDim]</c>.</summary>
    public float[] Query() => Lookup(queries, HeadDim, Heads, 1);

    /// <summary>Keys of <paramref name="kvHeads"/> heads, <c>[kvHeads, length, headDim]</c>: each is the first query head of its group.</summary>
    public float[] Key(int kvHeads) => Lookup(queries, HeadDim, kvHeads, Heads / kvHeads);

    /// <summary>Values of <paramref name="kvHeads"/> heads, <c>[kvHeads, length, headDim]</c>.</summary>
    public float[] Value(int kvHeads) => Lookup(values, HeadDim, kvHeads, Heads / kvHeads);

    private float[] Lookup(float[] table, int dim, int heads, int headStep)
    {
        var result = new float[heads * Length * dim];
        for (int head = 0; head < heads; head++)
        {
            for (int position = 0; position < Length; position++)
            {
                int source = (text[position] * DModel) + (head * headStep * dim);
                table.AsSpan(source, dim).CopyTo(result.AsSpan(((head * Length) + position) * dim, dim));
            }
        }

        return result;
    }

    private static float[] Project(float[] rows, float[] weight)
    {
        var result = new float[Bytes * DModel];
        for (int row = 0; row < Bytes; row++)
        {
            Span<float> sums = result.AsSpan(row * DModel, DModel);
            for (int input = 0; input < DModel; input++)
            {
                float factor = rows[(row * DModel) + input];
                ReadOnlySpan<float> weights = weight.AsSpan(input * DModel, DModel);
                for (int output = 0; output < DModel; output++)
                {
                    sums[output] += factor * weights[output];
                }
            }
        }

        return result;
    }

    private static float[] Normal(int count, float deviation, int seed)
    {
        var random = new Random(seed);
        var result = new float[count];
        for (int i = 0; i < count; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            result[i] = deviation * (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return result;
    }
}
