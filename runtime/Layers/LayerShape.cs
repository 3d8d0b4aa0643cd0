namespace AttentionGen;

/// <summary>The sizes of a layer's weights.</summary>
public readonly record struct LayerShape
{
    /// <summary>The sizes of a layer's weights.</summary>
    /// <param name="dModel">Features of the layer's input and output.</param>
    /// <param name="heads">Query heads.</param>
    /// <param name="kvHeads">Key/value heads; divides <paramref name="heads"/>.</param>
    /// <param name="headDim">Features of a query or key head.</param>
    /// <param name="valueDim">Features of a value head.</param>
    /// <param name="bias">Whether the four projections have bias vectors.</param>
    /// <param name="learnedPositions">Positions of the learned table that is added to the input; 0: no table.</param>
    /// <param name="precision">How the weights of the four projections are stored.</param>
    /// <exception cref="ArgumentException">A size is not positive, there is no such precision, the heads do not divide, or a matrix is too large for a span.</exception>
    public LayerShape(int dModel, int heads, int kvHeads, int headDim, int valueDim, bool bias = false, int learnedPositions = 0, WeightPrecision precision = WeightPrecision.Single)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dModel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kvHeads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headDim);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(valueDim);
        ArgumentOutOfRangeException.ThrowIfNegative(learnedPositions);
        if (heads % kvHeads != 0)
        {
            throw new ArgumentException($"{heads} query heads cannot share {kvHeads} key/value heads evenly; expected a divisor of {heads}.", nameof(kvHeads));
        }

        if (!Enum.IsDefined(precision))
        {
            throw new ArgumentOutOfRangeException(nameof(precision), precision, "Expected Single, BFloat16 or Int8.");
        }

        CheckMatrix(dModel, (long)heads * headDim, nameof(headDim));
        CheckMatrix(dModel, (long)heads * valueDim, nameof(valueDim));
        CheckMatrix(dModel, learnedPositions, nameof(learnedPositions));
        DModel = dModel;
        Heads = heads;
        KvHeads = kvHeads;
        HeadDim = headDim;
        ValueDim = valueDim;
        Bias = bias;
        LearnedPositions = learnedPositions;
        Precision = precision;
    }

    /// <summary>Features of the layer's input and output.</summary>
    public int DModel { get; }

    /// <summary>Query heads.</summary>
    public int Heads { get; }

    /// <summary>Key/value heads.</summary>
    public int KvHeads { get; }

    /// <summary>Features of a query or key head.</summary>
    public int HeadDim { get; }

    /// <summary>Features of a value head.</summary>
    public int ValueDim { get; }

    /// <summary>Whether the four projections have bias vectors.</summary>
    public bool Bias { get; }

    /// <summary>Positions of the learned table; 0: no table.</summary>
    public int LearnedPositions { get; }

    /// <summary>How the weights of the four projections are stored.</summary>
    public WeightPrecision Precision { get; }

    private static void CheckMatrix(long rows, long columns, string name)
    {
        if (rows * columns > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(name, $"A [{rows}, {columns}] matrix has {rows * columns} elements; a span holds at most {Array.MaxLength}.");
        }
    }
}
