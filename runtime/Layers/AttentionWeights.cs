using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// The weights of an attention layer: query, key, value and output projections with optional biases, an optional learned position table,
/// and the learned tensors of what else is declared (gains, sinks, tables of distances).
/// </summary>
/// <remarks>
/// In memory a weight is <c>[input features, output features]</c>, row-major, as in <c>output = input * W + b</c>:
/// W_q <c>[DModel, Heads * HeadDim]</c>, W_k <c>[DModel, KvHeads * HeadDim]</c>, W_v <c>[DModel, KvHeads * ValueDim]</c>, W_o <c>[Heads * ValueDim, DModel]</c>.
/// In files it is the transpose, <c>[output features, input features]</c>, as PyTorch's <c>nn.Linear</c> stores it.
/// New weights are Xavier uniform (Glorot and Bengio 2010), biases zero, the position table normal with deviation 0.02
/// (or sines and cosines, where a learnable sinusoidal encoding is declared).
/// </remarks>
public sealed class AttentionWeights : WeightSet
{
    /// <summary>W_q.</summary>
    public const string QueryWeight = "q_proj.weight";

    /// <summary>W_k.</summary>
    public const string KeyWeight = "k_proj.weight";

    /// <summary>W_v.</summary>
    public const string ValueWeight = "v_proj.weight";

    /// <summary>W_o.</summary>
    public const string OutputWeight = "o_proj.weight";

    /// <summary>b_q <c>[Heads * HeadDim]</c>.</summary>
    public const string QueryBias = "q_proj.bias";

    /// <summary>b_k <c>[KvHeads * HeadDim]</c>.</summary>
    public const string KeyBias = "k_proj.bias";

    /// <summary>b_v <c>[KvHeads * ValueDim]</c>.</summary>
    public const string ValueBias = "v_proj.bias";

    /// <summary>b_o <c>[DModel]</c>.</summary>
    public const string OutputBias = "o_proj.bias";

    /// <summary>The learned position table <c>[MaxLength, DModel]</c>, in memory and in files alike.</summary>
    public const string PositionTable = "position_embedding.weight";

    private const double TableDeviation = 0.02;

    // Streams of seeded draws: the four projections, the position table, then the extra tensors.
    private const int FirstExtraStream = 5;

    private readonly float[][] extraValues;
    private readonly ExtraWeight[] extras;

    /// <summary>New weights.</summary>
    /// <param name="shape">Their sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <exception cref="ArgumentException"><paramref name="shape"/> is <c>default</c>.</exception>
    public AttentionWeights(LayerShape shape, int seed = 0)
        : this(shape, seed, null, [])
    {
    }

    internal AttentionWeights(LayerShape shape, int seed, WeightStart? positions, ExtraWeight[] extras)
    {
        if (shape.DModel == 0)
        {
            throw new ArgumentException("Expected a shape made by its constructor, but it is default: DModel and Heads are 0.", nameof(shape));
        }

        Shape = shape;
        Query = new Projection(shape.DModel, shape.Heads * shape.HeadDim, shape.Bias);
        Key = new Projection(shape.DModel, shape.KvHeads * shape.HeadDim, shape.Bias);
        Value = new Projection(shape.DModel, shape.KvHeads * shape.ValueDim, shape.Bias);
        Output = new Projection(shape.Heads * shape.ValueDim, shape.DModel, shape.Bias);
        Positions = new float[shape.LearnedPositions * shape.DModel];
        this.extras = extras;
        extraValues = [.. extras.Select(static extra => new float[Math.Max(extra.Rows, 1) * extra.Columns])];
        Own(ListTensors());
        Initialise(seed, positions ?? WeightStart.Normal(TableDeviation));
    }

    /// <summary>Their sizes.</summary>
    public LayerShape Shape { get; }

    /// <summary>x to q.</summary>
    internal Projection Query { get; }

    /// <summary>x or memory to k.</summary>
    internal Projection Key { get; }

    /// <summary>x or memory to v.</summary>
    internal Projection Value { get; }

    /// <summary>Context to output.</summary>
    internal Projection Output { get; }

    /// <summary><c>[LearnedPositions, DModel]</c>.</summary>
    internal float[] Positions { get; }

    /// <summary>The elements of an extra tensor, row-major.</summary>
    internal float[] Extra(int index) => extraValues[index];

    private protected override void Free()
    {
        Query.Dispose();
        Key.Dispose();
        Value.Dispose();
        Output.Dispose();
    }

    private WeightTensor[] ListTensors()
    {
        List<WeightTensor> list =
        [
            new(QueryWeight, Query.Weight),
            new(KeyWeight, Key.Weight),
            new(ValueWeight, Value.Weight),
            new(OutputWeight, Output.Weight),
        ];
        if (Shape.Bias)
        {
            list.Add(new(QueryBias, Query.Bias, 0, Query.Bias.Length));
            list.Add(new(KeyBias, Key.Bias, 0, Key.Bias.Length));
            list.Add(new(ValueBias, Value.Bias, 0, Value.Bias.Length));
            list.Add(new(OutputBias, Output.Bias, 0, Output.Bias.Length));
        }

        if (Shape.LearnedPositions > 0)
        {
            list.Add(new(PositionTable, Positions, Shape.LearnedPositions, Shape.DModel));
        }

        for (int n = 0; n < extras.Length; n++)
        {
            list.Add(new(extras[n].Name, extraValues[n], extras[n].Rows, extras[n].Columns));
        }

        return [.. list];
    }

    private void Initialise(int seed, WeightStart positions)
    {
        Projection[] projections = [Query, Key, Value, Output];
        for (int stream = 0; stream < projections.Length; stream++)
        {
            PackedMatrix weight = projections[stream].Weight;
            float[] values = new float[weight.Depth * weight.Columns];
            new WeightInitialiser(seed, stream).Xavier(values, weight.Depth, weight.Columns);
            weight.Set(values);
        }

        positions.Fill(Positions, seed, projections.Length);
        for (int n = 0; n < extras.Length; n++)
        {
            extras[n].Start.Fill(extraValues[n], seed, FirstExtraStream + n);
        }
    }
}
